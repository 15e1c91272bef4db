import CAres

extension AresChannel {
    /// What came of asking for one family.
    /// - Parameter bytes: the server's reply; empty where there is none.
    static func outcome(_ status: Int32, _ bytes: UnsafeRawBufferPointer, isV4: Bool) -> AddressQuestion.Outcome {
        guard status == Int32(ARES_SUCCESS) else {
            let error = error(status)
            guard error == .notFound || error == .noAddress else { return .failure(error, seconds: nil) }
            return .failure(error, seconds: NameReply(bytes, isV4: isV4)?.seconds)
        }
        guard let reply = NameReply(bytes, isV4: isV4) else { return .failure(.serverFailure, seconds: nil) }
        return reply.addresses.isEmpty ? .failure(.noAddress, seconds: reply.seconds) : .reply(reply)
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
