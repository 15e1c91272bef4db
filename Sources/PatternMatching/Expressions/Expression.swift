internal import CPCRE2

/// A compiled PCRE2 program: owned, freed with its last reference.
///
/// `@unchecked Sendable`: a PCRE2 code block is written by compiling (JIT included), which is done before the object is shared, and only read
/// by matching.
final class Expression: @unchecked Sendable {
    static let longestPattern = 4096
    private let code: OpaquePointer
    private let hasJIT: Bool

    /// Compiles caseless, for bytes: neither UTF mode nor what reads single bytes apart can be switched on by a pattern.
    /// - Parameter jit: false where the pattern is only checked.
    init(_ pattern: some Collection<UInt8>, jit: Bool = true) throws(EntryError) {
        let bytes = Array(pattern)
        guard bytes.count <= Expression.longestPattern else { throw .expressionTooLong }
        var error: CInt = 0
        var offset = 0
        let options = PCRE2_CASELESS | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &error, &offset, nil) else {
            throw .badExpression(message: Expression.message(error), offset: offset)
        }
        self.code = code
        hasJIT = jit && pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
    }

    deinit { pcre2_code_free_8(code) }

    /// Bytes the program takes, without JIT code.
    var size: Int {
        var size = 0
        return pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_SIZE), &size) == 0 ? size : 0
    }

    /// What matching needs of the program.
    var handle: ExpressionHandle { ExpressionHandle(code: code, hasJIT: hasJIT) }

    private static func message(_ error: CInt) -> String {
        var text = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(error, &text, text.count)
        return length > 0 ? String(decoding: text.prefix(Int(length)), as: UTF8.self) : "error \(error)"
    }
}

/// A program to match with, valid as long as its ``Expression``: a plain value, so that trying thousands counts no references.
struct ExpressionHandle {
    fileprivate let code: OpaquePointer
    fileprivate let hasJIT: Bool

    /// Whether it is found anywhere in the subject; nil where that could not be told within the limits.
    func isFound(in subject: UnsafeBufferPointer<UInt8>, _ scratch: MatchScratch) -> Bool? {
        // PCRE2 takes a null pointer for an empty subject only since 10.40.
        guard let start = subject.baseAddress else {
            var byte: UInt8 = 0
            return ExpressionHandle.answer(run(&byte, 0, scratch))
        }
        return ExpressionHandle.answer(run(start, subject.count, scratch))
    }

    private static func answer(_ result: CInt) -> Bool? { result >= 0 ? true : result == PCRE2_ERROR_NOMATCH ? false : nil }

    private func run(_ start: UnsafePointer<UInt8>, _ count: Int, _ scratch: MatchScratch) -> CInt {
        hasJIT
            ? pcre2_jit_match_8(code, start, count, 0, 0, scratch.matches, scratch.context)
            : pcre2_match_8(code, start, count, 0, 0, scratch.matches, scratch.context)
    }
}
