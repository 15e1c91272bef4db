internal import CPCRE2
internal import Glibc

/// What matching expressions needs of memory, one for each thread, made at the thread's first use of it.
///
/// Used by one thread and one match at a time, which is why its variables are not watched for overlapping accesses.
final class MatchScratch {
    let matches: OpaquePointer
    let context: OpaquePointer
    private let jitStack: OpaquePointer?
    /// The subject in lower case.
    @exclusivity(unchecked) var lowered: [UInt8] = []
    /// Expressions that a literal announced, without repetition.
    @exclusivity(unchecked) private(set) var candidates: [UInt32] = []
    @exclusivity(unchecked) private var stamps: [UInt32] = []
    @exclusivity(unchecked) private var epoch: UInt32 = 0

    static let matchLimit: UInt32 = 100_000

    private init?() {
        guard let matches = pcre2_match_data_create_8(1, nil) else { return nil }
        guard let context = pcre2_match_context_create_8(nil) else {
            pcre2_match_data_free_8(matches)
            return nil
        }
        self.matches = matches
        self.context = context
        jitStack = pcre2_jit_stack_create_8(32 << 10, 512 << 10, nil)
        pcre2_set_match_limit_8(context, MatchScratch.matchLimit)
        pcre2_set_heap_limit_8(context, 4096)
        if let jitStack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(jitStack)) }
    }

    deinit {
        pcre2_match_data_free_8(matches)
        pcre2_match_context_free_8(context)
        if let jitStack { pcre2_jit_stack_free_8(jitStack) }
    }

    /// Forgets all candidates.
    /// - Parameter expressions: how many there are.
    func begin(expressions: Int) {
        candidates.removeAll(keepingCapacity: true)
        if stamps.count < expressions { stamps += [UInt32](repeating: 0, count: expressions - stamps.count) }
        epoch &+= 1
        if epoch == 0 {
            stamps = [UInt32](repeating: 0, count: stamps.count)
            epoch = 1
        }
    }

    /// Numbers outside those that `begin` was told are ignored.
    func announce(_ expression: UInt32) {
        let index = Int(expression)
        guard index < stamps.count, stamps[index] != epoch else { return }
        stamps[index] = epoch
        candidates.append(expression)
    }

    func lower(_ subject: UnsafeBufferPointer<UInt8>) {
        lowered.removeAll(keepingCapacity: true)
        for byte in subject { lowered.append(lowercased(byte)) }
    }

    // MARK: - One for each thread

    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        let destroy: @convention(c) (UnsafeMutableRawPointer?) -> Void = { held in
            if let held { Unmanaged<MatchScratch>.fromOpaque(held).release() }
        }
        return pthread_key_create(&key, destroy) == 0 ? key : nil
    }()

    /// This thread's own; nil where there is no memory for it.
    static var current: MatchScratch? {
        guard let key else { return nil }
        if let held = pthread_getspecific(key) { return Unmanaged<MatchScratch>.fromOpaque(held).takeUnretainedValue() }
        guard let made = MatchScratch() else { return nil }
        let held = Unmanaged.passRetained(made)
        guard pthread_setspecific(key, held.toOpaque()) == 0 else {
            held.release()
            return nil
        }
        return made
    }
}
