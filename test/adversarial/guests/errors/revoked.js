// expect: THREW ; an error that is a revoked proxy
export const f = () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy; };
