internal import Foundation

/// A text that says on its first line what it must be: what a crash, a disk or somebody left of it is recognised.
enum DigestedText {
    /// - Returns: the text below its digest; nil where it is another one.
    static func content(_ bytes: Data) -> Data? {
        guard let end = bytes.firstIndex(of: 0x0a) else { return nil }
        let content = bytes[(end + 1)...]
        guard bytes[..<end].elementsEqual(digest(content).utf8) else { return nil }
        return Data(content)
    }

    static func bytes(_ content: Data) -> [UInt8] { Array("\(digest(content))\n".utf8) + content }

    private static func digest(_ content: Data) -> String { Secret.digest(String(decoding: content, as: UTF8.self)) }
}

extension ListCompilation {
    /// What is told of a compiled image, beside it; nil where there is nothing that can be trusted.
    static func kept(at path: String) -> ListCompilation? {
        guard let bytes = FileManager.default.contents(atPath: path), let content = DigestedText.content(bytes) else { return nil }
        return try? JSONDecoder().decode(ListCompilation.self, from: content)
    }

    func keep(at path: String) throws { try DurableFile.write(DigestedText.bytes(JSONEncoder().encode(self)), to: path) }
}
