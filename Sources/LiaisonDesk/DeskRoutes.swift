// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonVault
import LiaisonWire
import LiaisonWords
import NIOCore
import ServiceLifecycle

/// What the desk answers to which address. Pages decide nothing: what they show is what the library says.
struct DeskRoutes: Sendable {
    let clerk: Clerk
    let bulletin: Bulletin
    let doorkeeper: Doorkeeper
    let templates: Templates
    let editors = Editors()
    let guesses = Guesses()
    let language: Language
    /// Begins to listen, once the desk is unlocked.
    let unlocked: @Sendable () -> Void
    /// Ends it.
    let locked: @Sendable () -> Void
    /// What a registrar's pages hand on to each other.
    let handover = Handover()

    /// The page that the desk opens with.
    var home: String { clerk.office == .registrar ? "/people" : "/inbox" }

    var words: [String: String] { DeskWords.texts(language) }

    // MARK: The router

    func router() -> Router<DeskContext> {
        let router = Router(context: DeskContext.self)
        router.add(
            middleware: Admission(
                doorkeeper: doorkeeper, isOpen: { $0.hasPrefix("/assets/") },
                refusal: { [self] error, guest in
                    var status = HTTPResponse.Status.forbidden
                    if error is TooMuchText { status = .contentTooLarge }
                    if let error = error as? HTTPError { status = error.status }
                    return html(RefusedPage(error, language, words, home: home), guest, status: status)
                }))
        router.get("enter", use: enter)
        router.get("assets/{name}", use: asset)
        router.get("live", use: live)
        router.get("here", use: here)
        router.get("unlock", use: page { _, _ in LockedPage(problem: nil) })
        router.post("unlock", use: unlock)
        router.post(
            "lock",
            use: change { _, _ in
                await lock()
                return "/unlock"
            })
        router.get("") { [self] _, _ in Self.see(home) }
        router.get("inbox", use: page(inbox))
        router.get("transmissions/{id}", use: page(transmission))
        router.post("transmissions/{id}/open", use: change(open))
        router.post("transmissions/{id}/acknowledge", use: change(acknowledge))
        router.post("transmissions/{id}/refuse", use: change(refuse))
        router.post("transmissions/{id}/withdraw", use: change(withdraw))
        router.post("transmissions/{id}/erase", use: change(erase))
        router.get("transmissions/{id}/attachments/{number}", use: attachment)
        addWriting(to: router)
        addLists(to: router)
        addAudit(to: router)
        addRegistrar(to: router)
        return router
    }

    // MARK: In and out

    @Sendable private func enter(_ request: Request, _ context: DeskContext) async throws -> Response {
        let cookie = try doorkeeper.enter(request.uri.queryParameters["token"].map(String.init) ?? "")
        // Not a redirect: the way here may have begun outside, and then the browser does not show its strict cookie on the rest of it
        // (RFC 6265bis, section 5.2). The page that follows is asked for by the desk's own.
        var response = html(EnteredPage(), nil)
        response.setCookie(
            Cookie(name: doorkeeper.cookieName, value: cookie, path: "/", httpOnly: true, sameSite: .strict))
        return response
    }

    @Sendable private func unlock(_ request: Request, _ context: DeskContext) async throws -> Response {
        let form = try await form(of: request, context)
        var passphrase = Array((form["passphrase"] ?? "").utf8)
        do {
            try await clerk.unlock(GuardedBytes(moving: &passphrase))
        } catch {
            // Each wrong one makes the next answer later.
            try? await Task.sleep(for: guesses.delayAfterFailure())
            return html(
                LockedPage(problem: FailureWords.text(error, language)), context.guest, status: .unprocessableContent)
        }
        guesses.succeeded()
        unlocked()
        return Self.see(home)
    }

    func lock() async {
        await clerk.lock()
        locked()
        bulletin.tellLocked()
    }

    // MARK: Pages

    private func inbox(_ request: Request, _ context: DeskContext) async throws -> InboxPage {
        var query = InboxPage.Query()
        query.unit = request.given("unit").flatMap { UnitAddress($0) }
        query.kind = request.given("kind")
        query.isAll = request.given("all") != nil
        return try await clerk.work(isUse: context.isUse) { [query] in try await InboxPage(query, $0, $1) }
    }

    private func transmission(_ request: Request, _ context: DeskContext) async throws -> TransmissionPage {
        let id = try context.transmission
        return try await clerk.work(isUse: context.isUse) { try await TransmissionPage(id, $0, $1) }
    }

    @Sendable private func attachment(_ request: Request, _ context: DeskContext) async throws -> Response {
        do {
            let id = try context.transmission
            guard let number = context.parameters.get("number").flatMap({ DecimalNumber.parse($0) }) else {
                throw ClientFailure.unknownTransmission(id.description)
            }
            let (name, bytes) = try await clerk.work { session, voice in
                // Saving a part opens nothing: what was not opened on this device is opened first, which the log then says.
                guard let opened = try await Self.openedHere(id, session, voice), opened.parts.indices.contains(number)
                else {
                    throw ClientFailure.unknownTransmission(id.description)
                }
                return (opened.parts[number].name, try opened.bytes(of: number))
            }
            // Never shown by the browser itself, whatever it is.
            return Self.download(bytes, named: name, type: "application/octet-stream")
        } catch {
            return await failed(error, context)
        }
    }

    static func download(_ bytes: [UInt8], named name: String, type: String) -> Response {
        var response = answer(.ok, type, ByteBuffer(bytes: bytes))
        response.headers[.contentDisposition] = disposition(name)
        return response
    }

    private static func openedHere(
        _ id: TransmissionID, _ session: Session, _ voice: Voice
    ) async throws -> OpenedTransmission? {
        guard try session.outbox.sealed(id) == nil else {
            return try await session.read(id, catalogue: voice.catalogue)
        }
        return try session.openedHere(await session.delivery(id), voice.catalogue)
    }

    /// The name of a file to save (RFC 6266, RFC 8187).
    private static func disposition(_ name: String) -> String {
        let allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}")).union(
            CharacterSet(charactersIn: "-._"))
        return "attachment; filename*=UTF-8''" + (name.addingPercentEncoding(withAllowedCharacters: allowed) ?? "part")
    }

    // MARK: Acts

    private func open(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.transmission
        try await clerk.work(.relay) { session, voice in
            let delivery = try session.outbox.sealed(id) == nil ? try await session.delivery(id) : nil
            let units = [delivery?.unit].compactMap(\.self)
            _ = try await session.read(id, catalogue: voice.catalogue)
            try await session.rememberReaders(of: units)
        }
        return "/transmissions/\(id)"
    }

    private func acknowledge(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.transmission
        try await clerk.work(.relay) { session, _ in _ = try await session.acknowledge(id) }
        return "/transmissions/\(id)?done=acknowledged"
    }

    private func refuse(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.transmission
        let (reason, note) = (try form.reason(for: .refused), form.given("note"))
        try await clerk.work(.relay) { session, voice in
            _ = try await session.refuse(id, reason: reason, note: note, catalogue: voice.catalogue)
        }
        return "/transmissions/\(id)?done=refused"
    }

    private func withdraw(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.transmission
        let reason = try form.reason(for: .withdrawn)
        let said = try await clerk.work(.relay) { session, voice in
            let results = try await session.withdraw(id, reason: reason, catalogue: voice.catalogue)
            try await session.know(Set(results.map(\.unit.institution)))
            let deadline = reason == .misdirected ? session.clock() + Alert.breachNotification : nil
            return results.flatMap { result in
                voice.text(result, notifyBefore: deadline).split(separator: "\n").map(String.init)
                    + [result.failure?.text(voice.language)].compactMap(\.self)
            }
        }
        if let guest = context.guest { doorkeeper.done(said, guest) }
        return "/transmissions/\(id)"
    }

    private func erase(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.transmission
        let reason = try form.reason(for: .erased)
        try await clerk.work(.relay) { session, _ in _ = try await session.erase(id, reason: reason) }
        return "/transmissions/\(id)?done=erased"
    }

    // MARK: Live

    @Sendable private func live(_ request: Request, _ context: DeskContext) async throws -> Response {
        let messages = bulletin.messages()
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream; charset=utf-8"
        return Response(
            status: .ok, headers: headers,
            body: .init { writer in
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                for await message in messages.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(string: message.eventStreamText))
                }
                try await writer.write(ByteBuffer(string: "event: ended\ndata: {}\n\n"))
                try await writer.finish(nil)
            })
    }

    /// Proves to an open page that it is still this desk that answers: whoever took its port would not know the page's token.
    @Sendable private func here(_ request: Request, _ context: DeskContext) async throws -> Response {
        guard let guest = context.guest else { throw Doorkeeper.Refusal.stranger }
        let code = HMAC<SHA256>.authenticationCode(
            for: Array((request.given("nonce") ?? "").utf8), using: SymmetricKey(data: Array(guest.formToken.utf8)))
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: Hex.encode(Array(code)))))
    }

    // MARK: Assets

    private static let assets: [String: (type: String, bytes: [UInt8])] = [
        "desk.css": ("text/css; charset=utf-8", PackageResources.desk_css),
        "icon.svg": ("image/svg+xml", PackageResources.icon_svg),
        "desk.js": ("text/javascript; charset=utf-8", PackageResources.desk_js)
    ]

    @Sendable private func asset(_ request: Request, _ context: DeskContext) async throws -> Response {
        guard let asset = context.parameters.get("name").flatMap({ Self.assets[$0] }) else {
            return Response(status: .notFound)
        }
        return Self.answer(.ok, asset.type, ByteBuffer(bytes: asset.bytes))
    }

    // MARK: Answers

    /// Answers with a page, or with the page that says why not.
    func page<Matter: Page>(
        _ make: @escaping @Sendable (Request, DeskContext) async throws -> Matter
    ) -> @Sendable (Request, DeskContext) async throws -> Response {
        { [self] request, context in
            do {
                let matter = try await make(request, context)
                // Said once, on the next page that a person asks for.
                let done = context.isUse ? context.guest.flatMap { doorkeeper.takeDone($0) } : nil
                return html(matter, context.guest, done: done)
            } catch {
                return await failed(error, context)
            }
        }
    }

    /// Does what a form asks for, and shows the page where that is seen: loading it again does nothing again.
    func change(
        _ act: @escaping @Sendable (FormBody, DeskContext) async throws -> String
    ) -> @Sendable (Request, DeskContext) async throws -> Response {
        { [self] request, context in
            let form = try await form(of: request, context)
            do {
                let path = try await act(form, context)
                await recount()
                return see(path, saying: context)
            } catch {
                return await failed(error, context)
            }
        }
    }

    /// What this browser did itself is counted at once.
    func recount() async {
        let counts =
            clerk.office == .registrar
            ? try? await RegistrarClerk(clerk: clerk).counts()
            : try? await clerk.work(isUse: false) { session, _ in try await Listening.counts(session) }
        guard let counts else { return }
        bulletin.tell { $0.counts = counts }
    }

    func form(of request: Request, _ context: DeskContext) async throws -> FormBody {
        guard let guest = context.guest else { throw Doorkeeper.Refusal.stranger }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: FormBody.largest)
        } catch is NIOTooManyBytesError {
            throw TooMuchText()
        }
        let form = FormBody(urlEncoded: String(buffer: body))
        try doorkeeper.check(form["token"], of: guest)
        return form
    }

    /// The files that a form of this desk brings; those that were not chosen are left out.
    ///
    /// - Parameters:
    ///   - limit: of the whole form, in bytes.
    ///   - excess: thrown when there is more.
    func files(
        of request: Request, _ context: DeskContext, upTo limit: Int = Multipart.largest,
        excess: any Error = Multipart.TooLarge()
    ) async throws -> [(name: String, bytes: [UInt8])] {
        guard let guest = context.guest else { throw Doorkeeper.Refusal.stranger }
        guard let boundary = Multipart.boundary(of: request.headers[.contentType] ?? "") else {
            throw Multipart.Malformed()
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw excess
        }
        let parts = try Multipart.parts(Array(body.readableBytesView), boundary: boundary)
        let token = parts.first { $0.name == "token" }.map { String(decoding: $0.bytes, as: UTF8.self) }
        try doorkeeper.check(token, of: guest)
        return parts.compactMap { part in part.fileName.map { (name: $0, bytes: part.bytes) } }
            .filter { !$0.name.isEmpty }
    }

    func failed(_ error: any Error, _ context: DeskContext) async -> Response {
        if error is Clerk.Locked { return Self.see("/unlock") }
        if let sent = error as? AlreadySent { return see("/transmissions/\(sent.id)?done=sentBefore", saying: context) }
        // The mailbox's pages at a registrar's desk, and the other way round.
        if case ClientFailure.obstacle(.notAnAgentsVault) = error { return Self.see(home) }
        if case ClientFailure.registrar(.notARegistrarsVault) = error { return Self.see(home) }
        return html(RefusedPage(error, language, words, home: home), context.guest, status: .unprocessableContent)
    }

    /// Leads on to a page, which says what was done: `/sent?done=KEY` names the words.
    func see(_ path: String, saying context: DeskContext) -> Response {
        let parts = path.components(separatedBy: "?done=")
        if parts.count == 2, let guest = context.guest, let done = words["done." + parts[1]] {
            doorkeeper.done([done], guest)
        }
        return Self.see(parts[0])
    }

    static func answer(_ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer) -> Response {
        Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: body))
    }

    static func see(_ path: String) -> Response {
        var headers = HTTPFields()
        headers[.location] = path
        return Response(status: .seeOther, headers: headers)
    }

    func html<Matter: Page>(
        _ page: Matter, _ guest: Doorkeeper.Guest?, status: HTTPResponse.Status = .ok, done: [String]? = nil
    ) -> Response {
        let standing = bulletin.standing
        let isUnlocked = guest != nil && bulletin.isOpen
        let warning = standing.deafSince.map { since in
            language(
                "RELAIS INJOIGNABLE depuis \(LocalTime.age(since, now: clerk.now, .fr)) : ce qui est arrivé depuis n'est pas affiché.",
                "RELAY UNREACHABLE for \(LocalTime.age(since, now: clerk.now, .en)): what came since is not shown.")
        }
        let frame = Frame(
            language: language.rawValue,
            waiting: isUnlocked ? standing.counts["inbox"].flatMap { $0 > 0 ? $0 : nil } : nil,
            tabs: Frame.tabs(of: clerk.office, current: Matter.tab, standing.counts, words),
            isMailbox: clerk.office == .mailbox, isUnlocked: isUnlocked,
            formToken: guest?.formToken ?? "", warning: isUnlocked ? warning : nil,
            notice: isUnlocked ? standing.notice : nil,
            done: done ?? [])
        return Self.answer(
            status, "text/html; charset=utf-8", ByteBuffer(string: templates.render(page, in: frame, words: words)))
    }
}

/// Leads on, once the cookie is set.
struct EnteredPage: Page {
    static let template = "entered"
}

/// More came than a form can hold.
struct TooMuchText: Error {}

/// What asks for the passphrase.
struct LockedPage: Page {
    static let template = "locked"
    let problem: String?
}

/// Why something was not done, and what to do next.
struct RefusedPage: Page {
    static let template = "refused"
    let title: String
    let lines: [String]
    let back: String?
    let backLabel: String

    init(_ error: any Error, _ language: Language, _ words: [String: String], home: String) {
        title = words["refusedTitle"] ?? ""
        lines = FailureWords.text(error, language).split(separator: "\n").map { String($0).asSentence }
        back = error is Doorkeeper.Refusal ? nil : home
        backLabel = words[home == "/inbox" ? "backToInbox" : "backToPeople"] ?? ""
    }
}

extension DeskContext {
    /// The transmission that the address names.
    var transmission: TransmissionID {
        get throws {
            let text = parameters.get("id") ?? ""
            guard let id = TransmissionID(text) else { throw ClientFailure.unknownTransmission(text) }
            return id
        }
    }
}

extension FormBody {
    /// The reason that was chosen.
    func reason(for act: Act.Kind) throws -> ReasonCode {
        guard let reason = given("reason").flatMap({ ReasonCode(rawValue: $0) }),
            ReasonCode.allowed(with: act).contains(reason)
        else { throw MissingReason() }
        return reason
    }
}

/// No reason was chosen.
struct MissingReason: Error {}

extension Bulletin.Message {
    /// What the script reads.
    private struct Told: Encodable {
        var counts: [String: Int]
        var waiting: Int
        var say: String
    }

    /// As an event stream has it (WHATWG HTML, section 9.2).
    var eventStreamText: String {
        switch self {
        case .beat: return ": \n\n"
        case .locked: return "event: locked\ndata: {}\n\n"
        case .changed(let standing):
            let told = Told(counts: standing.counts, waiting: standing.counts["inbox"] ?? 0, say: standing.say)
            let data = (try? CanonicalJSON.encode(told)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
            return "event: changed\ndata: \(data)\n\n"
        }
    }
}
