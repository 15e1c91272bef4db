internal import CPCRE2

/// A compiled PCRE2 program: owned, freed with its last reference.
///
/// `@unchecked Sendable`: a PCRE2 code block is written by compiling (JIT included), which is done before the object is shared, and only read
/// by matching.
final class Expression: @unchecked Sendable {
    static let longestPattern = 4096
    private let code: OpaquePointer
    private let hasJIT: Bool
    private let isIndivisible: Bool

    /// Compiles caseless, for bytes: neither UTF mode nor what reads single bytes apart can be switched on by a pattern.
    /// - Parameter jit: false where the pattern is only checked.
    init(_ pattern: some Collection<UInt8>, jit: Bool = true) throws(EntryError) {
        let bytes = Array(pattern)
        guard bytes.count <= Expression.longestPattern else { throw .expressionTooLong }
        var error: CInt = 0
        var offset = 0
        let options = PCRE2_CASELESS | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &error, &offset, nil) else {
            throw .badExpression(message: Expression.message(error), offset: offset)
        }
        self.code = code
        isIndivisible = bytes.contains(pair: "\\G") || bytes.contains(pair: "(*")
        hasJIT = jit && pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
    }

    deinit { pcre2_code_free_8(code) }

    /// Bytes the program takes, without JIT code.
    var size: Int {
        var size = 0
        return pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_SIZE), &size) == 0 ? size : 0
    }

    /// What matching needs of the program.
    var handle: ExpressionHandle { ExpressionHandle(code: code, hasJIT: hasJIT, isIndivisible: isIndivisible) }

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
    /// What it finds at one place may depend on which places were tried before (`\G`, backtracking verbs).
    let isIndivisible: Bool

    enum Outcome {
        case found, notFound
        /// More steps than the context allows.
        case tooManySteps
        /// The engine gave up for another reason.
        case failed
    }

    /// Looks for a match that begins at `start` or later.
    /// - Parameter context: its offset limit says where a match begins at the latest, its match limit how many steps one place may take.
    func run(_ subject: UnsafeBufferPointer<UInt8>, from start: Int = 0, _ context: OpaquePointer, _ matches: OpaquePointer) -> Outcome {
        // PCRE2 takes a null pointer for an empty subject only since 10.40.
        guard let base = subject.baseAddress else {
            var byte: UInt8 = 0
            return ExpressionHandle.outcome(call(&byte, 0, 0, context, matches))
        }
        return ExpressionHandle.outcome(call(base, subject.count, start, context, matches))
    }

    private static func outcome(_ result: CInt) -> Outcome {
        switch result {
        case 0...: .found
        case PCRE2_ERROR_NOMATCH: .notFound
        case PCRE2_ERROR_MATCHLIMIT: .tooManySteps
        default: .failed
        }
    }

    private func call(
        _ base: UnsafePointer<UInt8>, _ count: Int, _ start: Int, _ context: OpaquePointer, _ matches: OpaquePointer
    ) -> CInt {
        hasJIT
            ? pcre2_jit_match_8(code, base, count, start, 0, matches, context)
            : pcre2_match_8(code, base, count, start, 0, matches, context)
    }
}
