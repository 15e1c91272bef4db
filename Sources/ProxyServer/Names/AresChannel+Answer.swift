import CAres
import Glibc
import PatternMatching

extension AresChannel {
    /// What c-ares found, in its order (RFC 6724), each address once, at most 64 of them.
    static func answer(_ status: Int32, _ result: UnsafeMutablePointer<ares_addrinfo>?) -> ResolverThread.Answer {
        guard status == Int32(ARES_SUCCESS) else {
            let error = error(status)
            return ResolverThread.Answer(result: .failure(error), seconds: error.memory)
        }
        var addresses: [ResolvedAddress] = []
        var seconds = Int64.max
        var node = result?.pointee.nodes
        while let current = node, addresses.count < 64 {
            if let address = address(current.pointee.ai_addr) {
                let resolved = ResolvedAddress(address)
                if !addresses.contains(resolved) { addresses.append(resolved) }
                seconds = min(seconds, Int64(current.pointee.ai_ttl))
            }
            node = current.pointee.ai_next
        }
        var alias = result?.pointee.cnames
        while let current = alias {
            seconds = min(seconds, Int64(current.pointee.ttl))
            alias = current.pointee.next
        }
        if addresses.isEmpty { return ResolverThread.Answer(result: .failure(.noAddress), seconds: NameError.noAddress.memory) }
        return ResolverThread.Answer(result: .success(addresses), seconds: max(0, seconds))
    }

    private static func address(_ socketAddress: UnsafeMutablePointer<sockaddr>?) -> IPAddress? {
        guard let socketAddress else { return nil }
        return IPAddress(socketAddress: UnsafeRawPointer(socketAddress))
    }

    private static func error(_ status: Int32) -> NameError {
        switch status {
        case Int32(ARES_ENOTFOUND): .notFound
        case Int32(ARES_ENODATA): .noAddress
        case Int32(ARES_ETIMEOUT): .timeout
        case Int32(ARES_EBADNAME), Int32(ARES_EBADSTR), Int32(ARES_ENONAME): .badName
        case Int32(ARES_EDESTRUCTION), Int32(ARES_ECANCELLED): .stopped
        default: .serverFailure
        }
    }
}
