import Foundation
import HTTPTypes

/// The OpenAPI 3.1 document, made from the routes themselves: what is not routed is not in it, and the other way round.
enum OpenAPI {
    static func document(_ routes: [AdminRoute], version: String) -> JSONTree {
        var paths: [String: [String: JSONTree]] = [:]
        for route in routes {
            guard let operation = route.operation else { continue }
            paths[template(route.path), default: [:]][route.method.rawValue.lowercased()] = describe(operation, route)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Weir", "version": .text(version),
                "description": "What the admin site shows and changes, for programs. Times are RFC 3339; absent values are left out.",
            ],
            "security": [["token": []], ["session": []]],
            "paths": .object(paths.mapValues { .object($0) }),
            "components": [
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer", "description": "A token of `weir user token NAME` or the settings page.",
                    ],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": "weir", "description": "Changes also need the field X-Weir-Form.",
                    ],
                ],
                "schemas": [
                    "Error": [
                        "type": "object", "required": ["error", "code"],
                        "properties": [
                            "error": ["type": "string", "description": "A sentence."],
                            "code": ["type": "string", "description": "Stable."],
                            "detail": ["type": ["string", "null"]],
                        ],
                    ]
                ],
            ],
        ]
    }

    /// `/api/lists/:name` as `/api/lists/{name}`.
    private static func template(_ path: String) -> String {
        path.split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
    }

    private static func describe(_ operation: Operation, _ route: AdminRoute) -> JSONTree {
        var tree: [String: JSONTree] = [
            "summary": .text(operation.summary), "tags": [.text(operation.tag)],
            "description": .text("Needs: \(route.need.rawValue)."),
            "operationId": .text("\(route.method.rawValue.lowercased())\(name(of: route.path))"),
            "responses": [
                "\(operation.status)": ["description": .text(operation.answer), "content": ["application/json": [:]]],
                "default": [
                    "description": "What was wrong.",
                    "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
                ],
            ],
        ]
        if route.need == .nothing { tree["security"] = [] }
        let inPath = route.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { piece -> JSONTree in
            ["name": .text(String(piece.dropFirst())), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        let inQuery = operation.query.map { field -> JSONTree in
            [
                "name": .text(field.name), "in": "query", "required": .flag(field.isRequired), "description": .text(field.text),
                "schema": .object(form(of: field.kind)),
            ]
        }
        if !(inPath + inQuery).isEmpty { tree["parameters"] = .list(inPath + inQuery) }
        if !operation.body.isEmpty { tree["requestBody"] = body(operation.body) }
        return .object(tree)
    }

    private static func body(_ fields: [Operation.Field]) -> JSONTree {
        let properties = fields.map { field in
            (field.name, JSONTree.object(form(of: field.kind).merging(["description": .text(field.text)]) { $1 }))
        }
        let schema: JSONTree = [
            "type": "object", "required": .list(fields.filter(\.isRequired).map { .text($0.name) }),
            "properties": .object(Dictionary(properties, uniquingKeysWith: { first, _ in first })),
        ]
        return ["required": true, "content": ["application/json": ["schema": schema]]]
    }

    private static func form(of kind: Operation.Field.Kind) -> [String: JSONTree] {
        switch kind {
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .boolean: ["type": "boolean"]
        case .strings: ["type": "array", "items": ["type": "string"]]
        case .windows:
            [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "days": ["type": "array", "items": ["type": "string"]], "from": ["type": "string"], "to": ["type": "string"],
                    ],
                ],
            ]
        }
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").dropFirst().map { piece in
            let bare = piece.hasPrefix(":") ? "By\(piece.dropFirst().capitalized)" : piece.capitalized
            return bare.replacing(".", with: "").replacing("-", with: "")
        }.joined()
    }
}
