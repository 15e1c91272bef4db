import Hummingbird

/// For whatever watches the program: from this machine without sign-in.
enum HealthPages {
    @Sendable static func health(_ request: AdminRequest) async throws -> Response { Reply.text("ok\n") }

    @Sendable static func ready(_ request: AdminRequest) async throws -> Response {
        let status = await request.site.dependencies.status()
        return status.isReady ? Reply.text("ready\n") : Reply.text("not ready\n", status: .serviceUnavailable)
    }

    @Sendable static func metrics(_ request: AdminRequest) async throws -> Response {
        let status = await request.site.dependencies.status()
        return Reply.text(status.prometheusText, type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
