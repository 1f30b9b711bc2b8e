"""Fields of a request: the least there can be, and a browser's twelve. A load generator that sends only Host hides most of
what a head costs."""
HEADS = {
    "plain": ["Host: app.example"],
    "browser": [
        "Host: app.example",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "Accept-Language: en-US,en;q=0.5",
        "Accept-Encoding: gzip, deflate, br",
        "Referer: https://app.example/start?from=menu",
        "Connection: keep-alive",
        "Cookie: theme=dark; consent=all",
        "Sec-Fetch-Dest: document",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Site: same-origin",
        "Cache-Control: max-age=0",
    ],
}
