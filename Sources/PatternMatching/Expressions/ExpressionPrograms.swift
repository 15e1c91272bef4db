internal import Synchronization

/// The compiled programs of an index, each made when it is first a candidate and kept until the index goes.
///
/// `@unchecked Sendable`: a slot is written once, under `making`, from 0 to a retained object, and read by acquiring loads.
final class ExpressionPrograms: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<Atomic<UInt>>
    private let count: Int
    private let making = Mutex<Void>(())
    /// In a slot: this pattern does not compile.
    private static let broken: UInt = 1

    init(count: Int) {
        self.count = count
        slots = .allocate(capacity: max(count, 1))
        for index in 0..<count { (slots + index).initialize(to: Atomic(0)) }
    }

    deinit {
        for index in 0..<count {
            let held = slots[index].load(ordering: .acquiring)
            if held > ExpressionPrograms.broken, let pointer = UnsafeRawPointer(bitPattern: held) {
                Unmanaged<Expression>.fromOpaque(pointer).release()
            }
        }
        slots.deinitialize(count: count)
        slots.deallocate()
    }

    /// Whether `make` was called for the expression, or would do nothing.
    func isMade(_ index: Int) -> Bool {
        guard index >= 0, index < count else { return true }
        return slots[index].load(ordering: .acquiring) != 0
    }

    /// The program of one expression; nil where it does not compile or was not made.
    func program(_ index: Int) -> Expression? {
        guard index >= 0, index < count else { return nil }
        return ExpressionPrograms.expression(slots[index].load(ordering: .acquiring))
    }

    /// Compiles the program of one expression unless that was done.
    @discardableResult
    func make(_ index: Int, _ pattern: UnsafeRawBufferPointer) -> Expression? {
        guard index >= 0, index < count else { return nil }
        return making.withLock { _ in
            let held = slots[index].load(ordering: .acquiring)
            guard held == 0 else { return ExpressionPrograms.expression(held) }
            guard let made = try? Expression(pattern) else {
                slots[index].store(ExpressionPrograms.broken, ordering: .releasing)
                return nil
            }
            slots[index].store(UInt(bitPattern: Unmanaged.passRetained(made).toOpaque()), ordering: .releasing)
            return made
        }
    }

    private static func expression(_ held: UInt) -> Expression? {
        guard held > broken, let pointer = UnsafeRawPointer(bitPattern: held) else { return nil }
        return Unmanaged<Expression>.fromOpaque(pointer).takeUnretainedValue()
    }
}
