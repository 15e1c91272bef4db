import PolicyCore
import ProxyProtocols

extension ForwardingOptions {
    /// Sends the request with what keeps a service to its restricted form.
    mutating func restrict(_ restriction: ServiceRestriction) {
        parameter = restriction.parameter.map { ($0.name, $0.value) }
        field = restriction.field.map { ($0.name, $0.value) }
    }
}
