// ProxyProtocols
