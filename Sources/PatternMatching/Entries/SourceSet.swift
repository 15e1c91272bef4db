/// One member of one list, or one category's own entries.
public struct SourceID: Hashable, Sendable, Comparable {
    /// 0…65,534, the place in ``MatchIndex/sources``.
    public let index: Int

    public init(index: Int) { self.index = index }

    public static func < (a: SourceID, b: SourceID) -> Bool { a.index < b.index }
}

/// A set of sources; up to 128 of them need no memory of their own.
public struct SourceSet: Sendable {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var rest: [UInt64] = []

    public init() {}

    /// The sources given.
    public init(_ sources: some Sequence<SourceID>) {
        for source in sources { insert(source) }
    }

    /// The sources 0…63 and 64…127, a bit each from the lowest.
    public var firstWords: (UInt64, UInt64) { (first, second) }

    /// Whether there is room in it for sources from 128 on.
    public var goesBeyondFirstWords: Bool { !rest.isEmpty }

    public var isEmpty: Bool { first == 0 && second == 0 && rest.allSatisfy { $0 == 0 } }

    public func contains(_ source: SourceID) -> Bool { word(source.index >> 6) >> UInt64(source.index & 63) & 1 == 1 }

    /// Indexes outside 0…65,534 are ignored: no source has them.
    public mutating func insert(_ source: SourceID) {
        guard (0..<65_535).contains(source.index) else { return }
        let bit: UInt64 = 1 << UInt64(source.index & 63)
        switch source.index >> 6 {
        case 0: first |= bit
        case 1: second |= bit
        case let word:
            while rest.count < word - 1 { rest.append(0) }
            rest[word - 2] |= bit
        }
    }

    public mutating func formUnion(_ other: SourceSet) {
        first |= other.first
        second |= other.second
        while rest.count < other.rest.count { rest.append(0) }
        for index in other.rest.indices { rest[index] |= other.rest[index] }
    }

    public func union(_ other: SourceSet) -> SourceSet {
        var result = self
        result.formUnion(other)
        return result
    }

    /// Takes out what is in `other`.
    public mutating func subtract(_ other: SourceSet) {
        first &= ~other.first
        second &= ~other.second
        for index in rest.indices { rest[index] &= ~other.word(index + 2) }
    }

    /// Whether any source is in both.
    public func intersects(_ other: SourceSet) -> Bool {
        if first & other.first | second & other.second != 0 { return true }
        return rest.indices.contains { rest[$0] & other.word($0 + 2) != 0 }
    }

    /// Whether every source is in one of the others.
    public func isSubset(of other: SourceSet, or another: SourceSet) -> Bool {
        if (first & ~(other.first | another.first)) | (second & ~(other.second | another.second)) != 0 { return false }
        return rest.indices.allSatisfy { rest[$0] & ~(other.word($0 + 2) | another.word($0 + 2)) == 0 }
    }

    /// In growing order.
    public var members: [SourceID] {
        (0..<(rest.count + 2)).flatMap { place in
            (0..<64).filter { word(place) >> UInt64($0) & 1 == 1 }.map { SourceID(index: place << 6 | $0) }
        }
    }

    private func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: first
        case 1: second
        default: rest.indices.contains(index - 2) ? rest[index - 2] : 0
        }
    }
}

extension SourceSet: Equatable {
    public static func == (a: SourceSet, b: SourceSet) -> Bool {
        (0..<(max(a.rest.count, b.rest.count) + 2)).allSatisfy { a.word($0) == b.word($0) }
    }
}
