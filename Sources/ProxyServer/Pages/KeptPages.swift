import NIOConcurrencyHelpers
import PolicyCore
import ProxyProtocols

/// Pages made before, for the next request that is answered with the same one but for its own address and time: at most 64 and 512 KiB, of
/// one policy. They are not anybody's: no client's name and nothing a client asked for is in them.
final class KeptPages: Sendable {
    static let most = 64
    static let mostBytes = 512 << 10

    /// A reply, its body open.
    struct Page: Sendable {
        /// Without body and date, its fields written.
        var reply: SelfMadeReply
        var skeleton: PageSkeleton
        /// The moment it says, in the second it was said last.
        var moment: Moment
    }

    /// A moment in words and as a stamp, and when it opens again, safe for a page.
    struct Moment: Sendable {
        let second: Int64
        let until: Instant?
        var words: [UInt8] = []
        var stamp: [UInt8] = []
        var untilWords: [UInt8] = []
        var untilStamp: [UInt8] = []
        var untilLeft: [UInt8] = []
    }

    private struct State {
        var policy: PolicySnapshot.Mark?
        var pages: [KeptPageKey: Page] = [:]
        /// The longest kept first.
        var order: [KeptPageKey] = []
        var bytes = 0
    }

    private let state = NIOLockedValueBox(State())

    /// The page of this kind under this policy.
    func page(_ key: KeptPageKey, of policy: PolicySnapshot.Mark) -> Page? {
        state.withLockedValue { state in state.policy === policy ? state.pages[key] : nil }
    }

    /// Keeps a page. Those of another policy go, and where there are too many the one kept longest.
    func keep(_ page: Page, _ key: KeptPageKey, of policy: PolicySnapshot.Mark) {
        state.withLockedValue { state in
            if state.policy !== policy { state = State(policy: policy) }
            guard page.skeleton.size <= Self.mostBytes / 4, state.pages[key] == nil else { return }
            state.pages[key] = page
            state.order.append(key)
            state.bytes += page.skeleton.size
            while state.order.count > Self.most || state.bytes > Self.mostBytes {
                state.bytes -= state.pages.removeValue(forKey: state.order.removeFirst())?.skeleton.size ?? 0
            }
        }
    }

    /// Lets a kept page say another moment.
    func say(_ moment: Moment, _ key: KeptPageKey, of policy: PolicySnapshot.Mark) {
        state.withLockedValue { state in
            if state.policy === policy { state.pages[key]?.moment = moment }
        }
    }

    /// How many there are, and what they hold.
    var size: (pages: Int, bytes: Int) { state.withLockedValue { ($0.pages.count, $0.bytes) } }
}
