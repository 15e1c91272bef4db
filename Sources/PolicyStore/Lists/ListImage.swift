internal import Foundation
internal import PatternMatching

/// A compiled image mapped into memory for reading.
///
/// `@unchecked Sendable`: the mapping is private, read-only and never changed; images are replaced by renaming, never written in place.
final class MappedFile: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(_ path: String) throws {
        let file = try RegularFile(path)
        guard file.count > 0 else { throw ListError("\(path) is empty") }
        guard let address = file.map(), address != MAP_FAILED else { throw ListError("\(path) cannot be mapped") }
        bytes = UnsafeRawBufferPointer(start: address, count: file.count)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}

extension RegularFile {
    /// The whole file, private and read-only.
    fileprivate func map() -> UnsafeMutableRawPointer? { mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0) }
}

extension MatchIndex {
    /// Maps an image.
    /// - Parameter old: the index it takes the place of, whose compiled programs it shares.
    /// - Throws: where it is damaged.
    static func mapped(_ path: String, after old: MatchIndex? = nil) throws -> MatchIndex {
        let file = try MappedFile(path)
        let index = try MatchIndex(mapped: file.bytes, owner: file)
        if let old { index.takePrograms(from: old) }
        return index
    }
}
