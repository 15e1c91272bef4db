public import PatternMatching

/// What is asked for.
public struct Asked: Sendable {
    public var url: RequestURL
    /// As sent, `CONNECT` for a tunnel.
    public var method: String
    /// The response's media type (`video/mp4`, lower case, no parameters) once it is known.
    public var mediaType: String?

    public init(url: RequestURL, method: String, mediaType: String? = nil) {
        self.url = url
        self.method = method
        self.mediaType = mediaType
    }
}
