import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOPosix
import PolicyStore
import Synchronization
import VisitStore

/// What every request shares: compiled once; only the names answered to can change.
final class Site: Sendable {
    let configuration: AdminConfiguration
    let dependencies: AdminDependencies
    let templates: Templates
    let catalogue: MessageCatalogue
    let files: StaticFiles
    private let hostRule: Mutex<HostRule>
    /// Threads for reading visits, so that a long report never holds up anything else.
    let readers = NIOThreadPool(numberOfThreads: 4)

    let rehearsals = RehearsalJobs()

    /// Live pages open now.
    let watchers = Mutex(0)

    init(configuration: AdminConfiguration, dependencies: AdminDependencies) throws {
        self.configuration = configuration
        self.dependencies = dependencies
        templates = try Templates(dependencies.assets)
        catalogue = try MessageCatalogue(dependencies.assets)
        files = StaticFiles(dependencies.assets)
        hostRule = Mutex(HostRule(names: configuration.names))
    }

    var hosts: HostRule { hostRule.withLock { $0 } }

    func answer(to names: [String]) { hostRule.withLock { $0 = HostRule(names: names) } }

    var policy: PolicyStore { dependencies.policy }
    var visits: VisitStore { dependencies.visits }

    /// Reads visits on a thread of their own.
    func reading<Value: Sendable>(_ body: @escaping @Sendable (VisitStore) throws -> Value) async throws -> Value {
        let visits = visits
        return try await readers.runIfActive { try body(visits) }
    }

    /// Language chosen before (a cookie), else what the browser asks for.
    func messages(for request: Request) -> Messages {
        catalogue.choose(accept: request.headers[.acceptLanguage], chosen: Cookies.value(of: "weir-language", in: request))
    }
}
