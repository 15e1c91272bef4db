/// Proxy error types of RFC 9209, section 2.3, as `Proxy-Status: weir; error=…` names them.
public enum ProxyError: String, Sendable, Hashable, CaseIterable {
    case dnsTimeout = "dns_timeout"
    case dnsError = "dns_error"
    case destinationNotFound = "destination_not_found"
    case destinationUnavailable = "destination_unavailable"
    case destinationProhibited = "destination_ip_prohibited"
    case destinationUnroutable = "destination_ip_unroutable"
    case connectionRefused = "connection_refused"
    case connectionTerminated = "connection_terminated"
    case connectionTimeout = "connection_timeout"
    case readTimeout = "connection_read_timeout"
    case writeTimeout = "connection_write_timeout"
    case connectionLimit = "connection_limit_reached"
    case requestError = "http_request_error"
    case requestDenied = "http_request_denied"
    case responseIncomplete = "http_response_incomplete"
    case responseHeadSize = "http_response_header_section_size"
    case responseTimeout = "http_response_timeout"
    case upgradeFailed = "http_upgrade_failed"
    case protocolError = "http_protocol_error"
    case internalResponse = "proxy_internal_response"
    case internalError = "proxy_internal_error"
    case loopDetected = "proxy_loop_detected"
}

extension Refusal {
    /// The RFC 9209 type that goes with this refusal's code.
    public var proxyError: ProxyError {
        switch code {
        case "proxy-loop": .loopDetected
        case "bad-response": .protocolError
        case "response-head-too-large": .responseHeadSize
        case "egress-denied": .destinationProhibited
        case "port-not-allowed", "not-a-client", "credentials-required": .requestDenied
        default: status < 500 || status == 501 || status == 505 ? .requestError : .internalError
        }
    }
}
