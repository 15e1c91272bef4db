internal import Synchronization

/// The compiled programs of an index, each made when it is first a candidate and kept until the index goes.
///
/// `@unchecked Sendable`: a slot is written once, under `making`, from 0 to a retained object, and read by acquiring loads; its handle is
/// written before that and read only after such a load.
final class ExpressionPrograms: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<Atomic<UInt>>
    private let handles: UnsafeMutablePointer<ExpressionHandle?>
    private let count: Int
    private let making = Mutex<Void>(())
    /// In a slot: this pattern does not compile.
    private static let broken: UInt = 1

    init(count: Int) {
        self.count = count
        slots = .allocate(capacity: max(count, 1))
        handles = .allocate(capacity: max(count, 1))
        handles.initialize(repeating: nil, count: max(count, 1))
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
        handles.deallocate()
    }

    /// Whether `make` was called for the expression, or would do nothing.
    func isMade(_ index: Int) -> Bool {
        guard index >= 0, index < count else { return true }
        return slots[index].load(ordering: .acquiring) != 0
    }

    /// The program of one expression; nil where it does not compile or was not made.
    func program(_ index: Int) -> ExpressionHandle? {
        guard index >= 0, index < count, slots[index].load(ordering: .acquiring) > ExpressionPrograms.broken else { return nil }
        return handles[index]
    }

    /// The program of one expression, to be shared with another index; nil where none was made.
    func shared(_ index: Int) -> Expression? {
        guard index >= 0, index < count else { return nil }
        let held = slots[index].load(ordering: .acquiring)
        guard held > ExpressionPrograms.broken, let pointer = UnsafeRawPointer(bitPattern: held) else { return nil }
        return Unmanaged<Expression>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Takes a program made elsewhere of the same pattern, unless there is one.
    func take(_ made: Expression, at index: Int) {
        guard index >= 0, index < count else { return }
        making.withLock { _ in
            guard slots[index].load(ordering: .acquiring) == 0 else { return }
            keep(made, at: index)
        }
    }

    /// Called under `making`, for a slot that is empty.
    private func keep(_ made: Expression, at index: Int) {
        handles[index] = made.handle
        slots[index].store(UInt(bitPattern: Unmanaged.passRetained(made).toOpaque()), ordering: .releasing)
    }

    /// Compiles the program of one expression unless that was done.
    @discardableResult
    func make(_ index: Int, _ pattern: UnsafeRawBufferPointer) -> ExpressionHandle? {
        guard index >= 0, index < count else { return nil }
        return making.withLock { _ in
            guard slots[index].load(ordering: .acquiring) == 0 else { return handles[index] }
            guard let made = try? Expression(pattern) else {
                slots[index].store(ExpressionPrograms.broken, ordering: .releasing)
                return nil
            }
            keep(made, at: index)
            return made.handle
        }
    }
}
