internal import CPCRE2
internal import Glibc

/// What matching expressions needs of memory, one for each thread, made at the thread's first use of it.
///
/// Used by one thread and one match at a time, which is why its variables are not watched for overlapping accesses.
final class MatchScratch {
    let matches: OpaquePointer
    /// Allows few steps for each place where a match may begin, and every place.
    let hasty: OpaquePointer
    private let narrow: OpaquePointer
    private let jitStack: OpaquePointer?
    /// The subject in lower case.
    @exclusivity(unchecked) var lowered: [UInt8] = []
    /// Expressions that a literal announced, without repetition.
    @exclusivity(unchecked) private(set) var candidates: [UInt32] = []
    @exclusivity(unchecked) private var stamps: [UInt32] = []
    @exclusivity(unchecked) private var epoch: UInt32 = 0
    /// How many bytes of each of an index's sets the subject has in a row at most; -1 where that was not asked yet.
    @exclusivity(unchecked) private var runs: [Int] = []

    private init?() {
        guard let matches = pcre2_match_data_create_8(1, nil) else { return nil }
        guard let hasty = pcre2_match_context_create_8(nil) else {
            pcre2_match_data_free_8(matches)
            return nil
        }
        jitStack = pcre2_jit_stack_create_8(32 << 10, 512 << 10, nil)
        pcre2_set_match_limit_8(hasty, ExpressionSearch.fewSteps)
        pcre2_set_heap_limit_8(hasty, 4096)
        if let jitStack { pcre2_jit_stack_assign_8(hasty, nil, UnsafeMutableRawPointer(jitStack)) }
        guard let narrow = pcre2_match_context_copy_8(hasty) else {
            if let jitStack { pcre2_jit_stack_free_8(jitStack) }
            pcre2_match_context_free_8(hasty)
            pcre2_match_data_free_8(matches)
            return nil
        }
        self.matches = matches
        self.hasty = hasty
        self.narrow = narrow
    }

    deinit {
        pcre2_match_data_free_8(matches)
        pcre2_match_context_free_8(hasty)
        pcre2_match_context_free_8(narrow)
        if let jitStack { pcre2_jit_stack_free_8(jitStack) }
    }

    /// Few steps for each place, none of them behind `last`. Good until the next context is asked for.
    func hasty(to last: Int) -> OpaquePointer { patient(steps: ExpressionSearch.fewSteps, to: last) }

    /// So many steps for each place, none of them behind `last`. Good until the next context is asked for.
    func patient(steps: UInt32, to last: Int?) -> OpaquePointer {
        pcre2_set_match_limit_8(narrow, steps)
        pcre2_set_offset_limit_8(narrow, last ?? Int(bitPattern: UInt.max))
        return narrow
    }

    /// Forgets all candidates.
    /// - Parameters:
    ///   - expressions: how many there are.
    ///   - runSets: how many sets there are for ``longestRun(of:_:in:)``.
    func begin(expressions: Int, runSets: Int) {
        candidates.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
        for _ in 0..<runSets { runs.append(-1) }
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

    /// How many bytes of a set the subject has in a row at most.
    /// - Parameter number: of the set, of those that `begin` was told.
    func longestRun(of set: ByteSet, _ number: Int, in subject: UnsafeBufferPointer<UInt8>) -> Int {
        guard runs.indices.contains(number) else { return subject.count }
        if runs[number] >= 0 { return runs[number] }
        var (longest, current) = (0, 0)
        for byte in subject {
            current = set.contains(byte) ? current &+ 1 : 0
            if current > longest { longest = current }
        }
        runs[number] = longest
        return longest
    }

    func lower(_ subject: UnsafeBufferPointer<UInt8>) {
        let surplus = lowered.count - subject.count
        if surplus > 0 { lowered.removeLast(surplus) } else { lowered.append(contentsOf: repeatElement(0, count: -surplus)) }
        lowered.withUnsafeMutableBufferPointer { for place in subject.indices { $0[place] = lowercased(subject[place]) } }
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
