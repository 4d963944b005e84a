// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import LiaisonNotes
import Synchronization

/// Who may talk to the desk: the one browser that was handed the address, and no page of anybody else's.
///
/// The address holds a token that is good for one use and becomes a cookie. A browser sends that cookie to the desk whoever made the
/// page that asks, so each request is judged by where it comes from as well: by the name it calls the desk by (against DNS rebinding),
/// by what the browser says of its origin (Fetch Metadata, RFC 6454), and for all that changes something by a token that only the
/// desk's own pages hold.
final class Doorkeeper: Sendable {
    /// What a request says of itself.
    struct Visitor {
        var host: String?
        var origin: String?
        /// `Sec-Fetch-Site`; absent from other programs and old browsers.
        var fetchSite: String?
        /// Other programs of this address may have set more of the same name.
        var cookies: [String] = []
        /// Whether it asks for a change.
        var isChange: Bool
    }

    /// A browser that was let in.
    struct Guest: Hashable, Sendable {
        /// What its forms must bring back.
        let formToken: String
    }

    enum Refusal: Error, Equatable {
        /// The request calls this program by another name than its own.
        case otherName
        /// Another site asks.
        case otherSite
        /// No browser that was let in.
        case stranger
        /// The address was used before.
        case used
        /// The form is not of a page of this browser.
        case formToken
    }

    private struct State {
        var port = 0
        var entry: String?
        /// By cookie.
        var guests: [String: Guest] = [:]
        /// What was just done, for the guest's next page.
        var done: [Guest: [String]] = [:]
    }

    private let state = Mutex(State())
    private let random: RandomBytes

    init(random: RandomBytes = .system) { self.random = random }

    /// Tells on which port of the loopback interface the desk is reached.
    func listens(on port: Int) { state.withLock { $0.port = port } }

    /// A new address, good for one browser. An earlier one that was not used is void.
    func newAddress() -> String {
        let token = Self.text(random(32))
        return state.withLock { state in
            state.entry = token
            return "http://127.0.0.1:\(state.port)/enter?token=\(token)"
        }
    }

    /// Browsers keep cookies by host and not by port: two desks of one machine have cookies of different names.
    var cookieName: String { "liaison-desk-\(state.withLock { $0.port })" }

    /// Lets the holder of the address in, once.
    ///
    /// - Returns: the cookie's value.
    func enter(_ token: String) throws(Refusal) -> String {
        let (cookie, guest) = (Self.text(random(32)), Guest(formToken: Self.text(random(32))))
        let isLetIn = state.withLock { state in
            guard let entry = state.entry, Self.isSame(entry, token) else { return false }
            state.entry = nil
            state.guests[cookie] = guest
            return true
        }
        guard isLetIn else { throw .used }
        return cookie
    }

    /// Judges by which name a request calls this program.
    func judgeName(_ visitor: Visitor) throws(Refusal) {
        let port = state.withLock { $0.port }
        let names = ["127.0.0.1:\(port)", "localhost:\(port)"]
        guard let host = visitor.host, names.contains(host) else { throw .otherName }
    }

    /// Judges where a request comes from, whoever sends it.
    func judgeSite(_ visitor: Visitor) throws(Refusal) {
        try judgeName(visitor)
        // A page without a referrer names its origin `null` when it posts a form (Fetch, "append a request Origin header").
        if let origin = visitor.origin, origin != "null", origin != "http://\(visitor.host ?? "")" { throw .otherSite }
        // Another port of this address is the same site, and another program.
        guard [nil, "same-origin", "none"].contains(visitor.fetchSite) else { throw .otherSite }
    }

    /// The browser behind a request.
    func guest(_ visitor: Visitor) throws(Refusal) -> Guest {
        try judgeSite(visitor)
        let guests = state.withLock { $0.guests }
        let guest = visitor.cookies.lazy.compactMap { guests[$0] }.first
        guard let guest else { throw .stranger }
        return guest
    }

    /// Keeps what was just done, in words, for the guest's next page.
    func done(_ words: [String], _ guest: Guest) { state.withLock { $0.done[guest] = words } }

    func takeDone(_ guest: Guest) -> [String]? { state.withLock { $0.done.removeValue(forKey: guest) } }

    /// Whether a form is of one of this browser's own pages.
    func check(_ formToken: String?, of guest: Guest) throws(Refusal) {
        guard let formToken, Self.isSame(guest.formToken, formToken) else { throw .formToken }
    }

    private static func text(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }

    /// In the same time wherever they differ.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(one.utf8)) == SHA256.hash(data: Array(other.utf8))
    }
}
