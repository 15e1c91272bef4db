/// Signs what a form must bring back unchanged: tokens are URL-safe text, bound to a key of this installation.
public protocol FormSigner: Sendable {
    func sign(_ bytes: [UInt8]) -> String
    /// Appends the same token.
    func sign(_ bytes: [UInt8], into output: inout [UInt8])
    /// The bytes that were signed, or nil where the token is not one of ours.
    func verify(_ token: String) -> [UInt8]?
}

extension FormSigner {
    public func sign(_ bytes: [UInt8], into output: inout [UInt8]) { output += sign(bytes).utf8 }
}
