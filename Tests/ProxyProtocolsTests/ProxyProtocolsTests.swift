import Testing

@testable import ProxyProtocols
