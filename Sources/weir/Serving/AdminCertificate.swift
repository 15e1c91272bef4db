import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// The admin site's certificate and key, to be replaced while it serves: each new connection is given those of the moment.
final class AdminCertificate: Sendable {
    private let current: NIOLockedValueBox<NIOSSLContextConfigurationOverride>

    /// The server side of TLS that asks here for what to show.
    let configuration: TLSConfiguration

    init(_ tls: TLSConfiguration) {
        let current = NIOLockedValueBox(Self.pair(tls))
        self.current = current
        var configuration = tls
        configuration.sslContextCallback = { _, promise in promise.succeed(current.withLockedValue { $0 }) }
        self.configuration = configuration
    }

    func replace(with tls: TLSConfiguration) {
        let pair = Self.pair(tls)
        current.withLockedValue { $0 = pair }
    }

    private static func pair(_ tls: TLSConfiguration) -> NIOSSLContextConfigurationOverride {
        var pair = NIOSSLContextConfigurationOverride()
        pair.certificateChain = tls.certificateChain
        pair.privateKey = tls.privateKey
        return pair
    }
}
