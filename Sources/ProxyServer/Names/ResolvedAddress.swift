public import PatternMatching

/// One address a name stands for.
public struct ResolvedAddress: Sendable, Hashable {
    public var address: IPAddress

    public init(_ address: IPAddress) { self.address = address }
}
