@testable import AdminWeb
@testable import ProxyServer

/// Queries, bodies of forms and cookies, of the admin site and of the portal.
enum Forms {
    static func form(_ input: UnsafeRawBufferPointer) -> String? {
        let form = Form(input)
        if form.fields.count > Form.mostFields { return "\(form.fields.count) fields" }
        // Encoded again it is the same.
        let text = form.fields.map { "\(Form.encode($0.name))=\(Form.encode($0.value))" }.joined(separator: "&")
        let again = Form(query: text)
        for (one, other) in zip(form.fields, again.fields) where one != other { return "\(one) became \(other)" }
        if form.fields.count != again.fields.count { return "\(form.fields.count) fields became \(again.fields.count)" }
        return portal(input, form)
    }

    /// The portal's reader, which takes the first of a name, agrees with the admin site's.
    private static func portal(_ input: UnsafeRawBufferPointer, _ form: Form) -> String? {
        let fields = FormFields(input)
        for field in form.fields.prefix(20) where !field.name.isEmpty && fields[field.name] != form[field.name] {
            return "\(field.name): \(String(describing: fields[field.name])), \(String(describing: form[field.name]))"
        }
        return nil
    }

    static func cookie(_ input: UnsafeRawBufferPointer) -> String? {
        let field = String(decoding: input, as: UTF8.self)
        for name in ["weir", "__Host-weir", "weir-language"] {
            guard let value = CookieField.value(of: name, in: field) else { continue }
            if value.isEmpty || value.utf8.count > CookieField.longestValue || value.contains(";") { return "\(value.debugDescription)" }
            // Nothing in front of the right pair may hide it, and nothing behind it.
            if CookieField.value(of: name, in: "a=b; " + "\(name)=\(value); \(field)") != value {
                return "\(value.debugDescription) is hidden"
            }
        }
        return nil
    }

    static func multipart(_ input: UnsafeRawBufferPointer) -> String? {
        let body = Array(input)
        guard let read = Multipart(body, contentType: "multipart/form-data; boundary=b") else { return nil }
        if read.files.count + read.form.fields.count > Multipart.mostParts { return "more parts than there may be" }
        for file in read.files where file.bytes.startIndex < 0 || file.bytes.endIndex > body.count { return "beyond the body" }
        return nil
    }
}
