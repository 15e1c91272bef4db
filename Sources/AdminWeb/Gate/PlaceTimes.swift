import NIOCore

/// How long a connection of the site waits for its other side.
struct PlaceTimes: Sendable {
    /// For the first request's head, the TLS handshake included.
    var head = TimeAmount.seconds(10)
    /// For a body at most, and for one whose length nobody told.
    var longestBody = TimeAmount.seconds(120)
    /// From one look at what a reader has taken to the next.
    var look = TimeAmount.seconds(10)

    /// For a body that is to be so long: ten seconds, and one for each 500 bytes.
    /// - Parameter length: the field's value; anything but a number of bytes is a length not told.
    func body(length: String?) -> TimeAmount {
        guard let length = length.flatMap({ Int64($0) }), length >= 0 else { return longestBody }
        return min(longestBody, .seconds(10 + min(length, 1 << 30) / 500))
    }
}
