public import PatternMatching

/// What could be read of a request that was refused, for its record.
public struct RefusedLine: Sendable, Hashable {
    /// As sent; empty where the request line could not be read.
    public var method = ""
    /// Where the target could be judged.
    public var url: RequestURL?
    /// The target as sent as far as it was read, at most the target's limit; empty where user info stands in it.
    public var target: [UInt8] = []
    /// Whether there was more of the target.
    public var isCut = false

    /// - Parameter bytes: from the request line's first byte on.
    init(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        let reach = min(bytes.count, RequestLine.longestMethod + 1)
        guard let space = ByteScan.first(0x20, bytes, 0..<reach), ByteClass.isToken(bytes, 0..<space) else { return }
        method = String(decoding: bytes[0..<space], as: UTF8.self)
        let start = space + 1
        let bound = min(bytes.count, start + limit)
        var end = start
        while end < bound, bytes[end] > 0x20, bytes[end] != 0x7f { end += 1 }
        isCut = end == bytes.count || bytes[end] > 0x20
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        let isConnect = method == "CONNECT"
        let authority = isConnect ? 0..<text.count : RequestTarget.authority(text)
        // The name is whole where something stands behind it.
        if let authority, !isCut || authority.upperBound < text.count {
            url = isConnect ? try? RequestURL(connect: Array(text)) : try? RequestURL(Array(text))
        }
        if ByteScan.first(0x40, text, authority ?? 0..<text.count) == nil { target = Array(text) }
    }
}
