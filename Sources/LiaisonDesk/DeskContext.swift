// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import HTTPTypes
import Hummingbird
import LiaisonListener
import NIOCore

/// A request to the desk, and the browser behind it.
struct DeskContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Set by `Admission`.
    var guest: Doorkeeper.Guest?
    /// Whether a person asks, and not a page that keeps itself up to date.
    var isUse = true
    /// Where the connection comes from.
    let network: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        network = Network.prefix(of: source.channel.remoteAddress)
    }
}

/// Judges each request by where it comes from before anything else looks at it, and gives each answer the headers that keep it in this
/// browser: no other site may frame it, no script or style but the desk's own runs on it, nothing of it is kept on disk or told to
/// others.
struct Admission: RouterMiddleware {
    let doorkeeper: Doorkeeper
    /// Paths that somebody who was not let in yet may ask for.
    let isOpen: @Sendable (String) -> Bool
    /// The page that says why not.
    let refusal: @Sendable (any Error, Request, Doorkeeper.Guest?) -> Response

    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let site = doorkeeper.site
        let visitor = Doorkeeper.Visitor(
            host: request.head.authority, origin: request.headers[.origin],
            fetchSite: request.headers[.fetchSite], cookies: request.cookieValues(site.cookieName),
            isChange: request.method != .get && request.method != .head)
        var response: Response
        do {
            if request.uri.path == "/enter" {
                // The way in may begin anywhere: in a file, in a terminal. Its token is its proof.
                try doorkeeper.judgeName(visitor)
            } else if isOpen(request.uri.path) {
                try doorkeeper.judgeSite(visitor)
            } else {
                // A page opens its stream by itself, again after each break; a browser lets it say nothing with it.
                context.isUse = !request.isBackground && request.uri.path != "/live"
                let guest = try doorkeeper.guest(visitor, isUse: context.isUse)
                context.guest = guest
            }
            response = try await next(request, context)
            // Whoever was shown out meanwhile is shown nothing of what was begun before.
            if let guest = context.guest, !doorkeeper.isIn(guest) { throw Doorkeeper.Refusal.stranger }
        } catch {
            response = refusal(error, request, context.guest)
        }
        for (name, value) in Self.headers where response.headers[name] == nil { response.headers[name] = value }
        if site.scheme == "https" { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }

    private static let headers: [HTTPField.Name: String] = [
        .contentSecurityPolicy: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        .cacheControl: "no-store",
        .referrerPolicy: "no-referrer",
        .xContentTypeOptions: "nosniff",
        .frameOptions: "DENY",
        .crossOriginOpenerPolicy: "same-origin",
        .crossOriginResourcePolicy: "same-origin",
        .permissionsPolicy: "camera=(), microphone=(), geolocation=()"
    ]
}

extension Request {
    /// Whether a page's own script asks, and nobody who sits in front of it.
    var isBackground: Bool { headers[.background] != nil }

    /// All values that the browser has for a name (RFC 6265, section 5.4).
    func cookieValues(_ name: String) -> [String] {
        headers[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingPrefix(while: \.isWhitespace) }
            return parts.count == 2 && parts[0] == name ? String(parts[1]) : nil
        }
    }
}

extension HTTPField.Name {
    /// What the desk's own script says of requests that nobody made.
    fileprivate static let background = name("Liaison-Background")
    fileprivate static let fetchSite = name("Sec-Fetch-Site")
    fileprivate static let referrerPolicy = name("Referrer-Policy")
    fileprivate static let frameOptions = name("X-Frame-Options")
    fileprivate static let crossOriginOpenerPolicy = name("Cross-Origin-Opener-Policy")
    fileprivate static let permissionsPolicy = name("Permissions-Policy")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("not a name of a header field: \(text)") }
        return name
    }
}

/// What a form brings: the values of its fields, in order. A field may come several times.
struct FormBody: Sendable {
    private let items: [(name: String, value: String)]

    /// More than any form with its longest texts; a page of pasted text beyond that is refused in words.
    static let largest = 2 << 20

    /// More than any form has fields, twice.
    private static let mostFields = 4096

    /// Reads `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
    ///
    /// - Throws: `TooMuchText` for more fields than any form has.
    init(urlEncoded text: String) throws(TooMuchText) {
        let pairs = text.utf8.split(separator: UInt8(ascii: "&"), maxSplits: Self.mostFields)
        guard pairs.count <= Self.mostFields else { throw TooMuchText() }
        items = pairs.map { Substring($0) }.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decoded)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    /// What is no percent-encoding stays as it is: a browser never writes it.
    private static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "%") }) else {
            return String(text)
        }
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }

    var names: [String] { items.map(\.name) }

    func has(_ name: String) -> Bool { items.contains { $0.name == name } }

    subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// The value of a field that somebody filled in.
    func given(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }
}
