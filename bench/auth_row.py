"""Requests of a signed-in user: session look-up, 40 routes with the 20th matching, the access token forwarded. The peer
is Apache with mod_auth_openidc, whose session is in shared memory; both log in at a demo provider of their own."""
import machinery
from browser import make_sessions, provider_variables, start_provider

ROUTES = 40
PATH = "/app20/"

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
OIDCScope "openid"
OIDCPKCEMethod S256
OIDCCacheType shm
RequestHeader set Authorization "expr=Bearer %{{reqenv:OIDC_access_token}}"
<Location /login/callback>
  AuthType openid-connect
  Require valid-user
</Location>
{routes}
""")
    process = bench.start(["/usr/sbin/apache2", "-DFOREGROUND", "-f", str(folder / "apache.conf")])
    machinery.wait_for_port(port, process)
    cookie = make_sessions(address, 1, PATH, "mod_auth_openidc_session")[0]
    return process, port, "mod_auth_openidc_session=" + cookie


def start_router(bench, key="auth", place=None):
    """`place`: the variables that say where sessions are kept."""
    port = machinery.free_port()
    address = f"http://localhost:{port}"
    routes = [{"source": f"^/app{i}/(.*)$", "target": "/$1", "destination": "origin", "authenticationType": "oidc",
               "csrfProtection": True, "scope": "openid"} for i in range(1, ROUTES + 1)]
    process, _ = bench.router(key, {"compression": {"enabled": False}, "routes": routes},
                              [{"name": "origin", "url": f"http://127.0.0.1:{bench.ports['small']}", "forwardAuthToken": True}],
                              {**provider_variables(start_provider(bench, address)), "PORT": str(port), **(place or {})})
    return process, port, "JSESSIONID=" + make_sessions(address, 1, PATH)[0]


def start_replicas(bench):
    """Two that share a Redis; the first one is asked."""
    place = machinery.start_redis(bench)
    process, port, cookie = start_router(bench, "auth-redis", place)
    start_router(bench, "auth-redis-second", place)
    return process, port, cookie


STARTERS = {"apache": start_apache, "xs-router": start_router, "redis": start_replicas}


def measure(bench, proxy):
    process, port, cookie = bench.proxy(proxy, "auth-row", lambda: STARTERS[proxy](bench))
    return bench.load(process, f"http://localhost:{port}{PATH}", 64, headers=["Cookie: " + cookie])
