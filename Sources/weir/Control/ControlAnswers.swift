/// The running server's answers to commands.
struct ControlAnswers: Sendable {
    let server: Server

    func answer(_ request: ControlRequest) async -> ControlReply {
        do {
            if request.command == "status" { return ControlReply(output: try JSON.text(await server.status.document().document)) }
            if request.command == "backup" {
                let folder = try await BackupFolder.make(in: server.configuration.data, policy: server.policy, visits: server.visits)
                return ControlReply(output: folder)
            }
            guard let output = try await StoreOperations(policy: server.policy).perform(request) else {
                return ControlReply(error: "unknown command \(request.command)")
            }
            return ControlReply(output: output)
        } catch {
            return ControlReply(error: Terminal.reason(of: error))
        }
    }
}
