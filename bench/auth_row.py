"""Requests of a signed-in user: session look-up, 40 routes with the 20th matching, the access token forwarded. The peers
are Apache with mod_auth_openidc, whose session is in shared memory (both log in at a demo provider of their own), and
nginx, which passes the same requests on and knows nobody."""
import json

import machinery
import peers
from browser import make_sessions, start_provider

ROUTES = 40
PATH = "/app20/"
# Granted to the user, and so in the access token, which is 1.2 KiB with them.
SCOPES = ["openid"] + [f"orders-and-invoices.area{i:02}.read" for i in range(1, 11)]

MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user", "env", "headers", "proxy", "proxy_http", "auth_openidc")


def start_apache(bench):
    port = machinery.free_port()
    address = f"http://localhost:{port}"
    provider = start_provider(bench, address)
    folder = bench.state / "apache"
    folder.mkdir()
    folder.chmod(0o777)  # it works as another user
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES)
    routes = "\n".join(f"""<Location /app{i}/>
  ProxyPass http://127.0.0.1:{bench.ports['small']}/ keepalive=On
  AuthType openid-connect
  Require claim scope~\\bopenid\\b
  Require valid-user
</Location>""" for i in range(1, ROUTES + 1))
    (folder / "apache.conf").write_text(f"""{modules}
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
LogLevel error
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
CustomLog {folder}/access.log combined
User www-data
Group www-data
KeepAlive On
MaxKeepAliveRequests 0
ServerLimit 2
StartServers 2
ThreadsPerChild 128
ThreadLimit 128
MaxRequestWorkers 256
OIDCProviderMetadataURL {provider['issuer']}/.well-known/openid-configuration
OIDCClientID {provider['client_id']}
OIDCClientSecret {provider['client_secret']}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI {address}/login/callback
OIDCCryptoPassphrase of-no-value
OIDCScope "{' '.join(SCOPES)}"
OIDCPKCEMethod S256
OIDCCacheType shm
RequestHeader set Authorization "expr=Bearer %{{reqenv:OIDC_access_token}}"
<Location /login/callback>
  AuthType openid-connect
  Require valid-user
</Location>
{routes}
""")
    process, _ = bench.listening(["/usr/sbin/apache2", "-DFOREGROUND", "-f", str(folder / "apache.conf")], port)
    cookie = make_sessions(address, 1, PATH, "mod_auth_openidc_session")[0]
    return process, port, "mod_auth_openidc_session=" + cookie


def start_router(bench, key="auth", variables=None, origin=None, binary=None):
    """Signed in: process, port, cookie. `origin`: the back-end's port, that of the row without one."""
    port = machinery.free_port()
    address = f"http://localhost:{port}"
    routes = [{"source": f"^/app{i}/(.*)$", "target": "/$1", "destination": "origin", "authenticationType": "oidc",
               "csrfProtection": True, "scope": "openid"} for i in range(1, ROUTES + 1)]
    provider = start_provider(bench, address)
    binding = {"name": "oidc", "label": "oidc", "tags": ["oidc"], "credentials": {
        "issuer": provider["issuer"], "clientid": provider["client_id"], "clientsecret": provider["client_secret"], "scope": SCOPES}}
    process, _ = bench.router(key, {"compression": {"enabled": False}, "routes": routes},
                              [{"name": "origin", "url": f"http://127.0.0.1:{origin or bench.ports['small']}", "forwardAuthToken": True}],
                              {"VCAP_SERVICES": json.dumps({"oidc": [binding]}), "PRESERVE_FRAGMENT": "false", "PORT": str(port),
                               **(variables or {})}, binary)
    return process, port, "JSESSIONID=" + make_sessions(address, 1, PATH)[0]


def start_replicas(bench):
    """Two that share a Redis; the first one is asked."""
    place = machinery.start_redis(bench)
    process, port, cookie = start_router(bench, "auth-redis", place)
    start_router(bench, "auth-redis-second", place)
    return process, port, cookie


def start_nginx(bench):
    return *peers.in_front(bench, "nginx", "auth", bench.ports["small"]), "JSESSIONID=" + "x" * 43


STARTERS = {"apache": start_apache, "nginx": start_nginx, "xs-router": start_router, "redis": start_replicas}


def measure(bench, proxy):
    process, port, cookie = bench.proxy(proxy, "auth-row", lambda: STARTERS[proxy](bench))
    return bench.load(process, f"http://localhost:{port}{PATH}", 64, headers=["Cookie: " + cookie])
