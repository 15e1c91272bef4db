/// What one pass over a head's fields found: everything that decides framing and routing.
struct FieldSummary: Sendable {
    var hosts = 0
    var host: Range<Int> = 0..<0
    var length = ContentLength()
    var codings = TransferCodings()
    var connection = ConnectionOptions()
    var expectation = Expectation()
    var asksWebSocket = false
    var acceptsTrailers = false
    var authenticatesConnection = false
    var maxForwards = 0
    var maxForwardsValue: Range<Int> = 0..<0

    /// - Parameter lines: lie within `bytes`.
    init(_ bytes: UnsafeRawBufferPointer, _ lines: [HeadField]) {
        for line in lines where line.known != .other {
            switch line.known {
            case .host:
                hosts += 1
                host = line.value
            case .contentLength: length.add(bytes, line.value)
            case .transferEncoding: codings.add(bytes, line.value)
            case .connection: connection.add(bytes, line.value)
            case .proxyConnection: connection.addProxyConnection(bytes, line.value)
            case .expect: expectation.add(bytes, line.value)
            case .upgrade: if UpgradeRules.namesWebSocket(bytes, line.value) { asksWebSocket = true }
            case .authorization:
                if ConnectionAuthentication.isCredential(bytes, line.value) { authenticatesConnection = true }
            case .wwwAuthenticate:
                if ConnectionAuthentication.isChallenge(bytes, line.value) { authenticatesConnection = true }
            case .persistentAuth: authenticatesConnection = true
            case .te:
                for element in ListElements(bytes, line.value)
                where ASCII.matches(UnsafeRawBufferPointer(rebasing: bytes[element]), "trailers") { acceptsTrailers = true }
            case .maxForwards:
                maxForwards += 1
                maxForwardsValue = line.value
            default: break
            }
        }
    }
}
