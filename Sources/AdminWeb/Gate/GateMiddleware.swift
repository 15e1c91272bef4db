import Hummingbird

/// Puts the gate's ``Gate/answer(_:_:_:)`` around everything, paths that no route has included.
struct GateMiddleware: RouterMiddleware {
    let gate: Gate

    func handle(_ request: Request, context: AdminContext, next: (Request, AdminContext) async throws -> Response) async throws -> Response
    {
        await gate.answer(request, context) { try await next(request, context) }
    }
}
