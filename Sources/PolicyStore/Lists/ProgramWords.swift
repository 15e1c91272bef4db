internal import Glibc

/// A program's arguments or environment as C has them.
public enum ProgramWords {
    /// Calls `body` with pointers to zero-ended text, the last one nil; they are good until it returns.
    public static func with<Result>(_ words: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let copies = words.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return body(copies)
    }
}
