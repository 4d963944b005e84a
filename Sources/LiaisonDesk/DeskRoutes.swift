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

/// What the desk of one vault answers to which address. Pages decide nothing: what they show is what the library says.
struct DeskRoutes: Sendable {
    let room: Room
    let doorkeeper: Doorkeeper
    let printer: Printer
    let bounds: Bounds
    let editors = Editors()
    let lockOut = LockOut()
    /// What a registrar's pages hand on to each other.
    let handover = Handover()
    /// Locks, or shows this guest out, whichever this desk does when somebody leaves.
    let leave: @Sendable (Doorkeeper.Guest?) async -> Void

    var clerk: Clerk { room.clerk }
    var bulletin: Bulletin { room.bulletin }
    var language: Language { printer.language }

    /// The page that the desk opens with.
    var home: String { clerk.office == .registrar ? "/people" : "/inbox" }

    var words: [String: String] { printer.words }

    // MARK: The router

    func add(to router: Router<DeskContext>) {
        router.get("live", use: live)
        router.get("here", use: here)
        router.post(
            "lock",
            use: change(counts: false) { _, context in
                await leave(context.guest)
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
        addPassphrase(to: router)
        if printer.isShared { addStays(to: router) }
    }

    // MARK: Pages

    private func inbox(_ request: Request, _ context: DeskContext) async throws -> InboxPage {
        var query = InboxPage.Query()
        query.unit = request.given("unit").flatMap { UnitAddress($0) }
        query.kind = request.given("kind")
        query.isAll = request.given("all") != nil
        let page = try await clerk.work(isUse: context.isUse) { [query] in try await InboxPage(query, $0, $1) }
        room.tell(shown: page.unseen)
        return page
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
        guard let guest = context.guest else { throw Doorkeeper.Refusal.stranger }
        do {
            try bounds.streams.enter(guest.formToken)
        } catch {
            return Response(status: .tooManyRequests)
        }
        let messages = bulletin.messages(for: guest, since: request.given("seen").flatMap { DecimalNumber.parse($0) })
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream; charset=utf-8"
        return Response(
            status: .ok, headers: headers,
            body: .init { [bounds] writer in
                defer { bounds.streams.leave(guest.formToken) }
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

    // MARK: Answers

    /// Answers with a page, or with the page that says why not.
    func page<Matter: Page>(
        _ make: @escaping @Sendable (Request, DeskContext) async throws -> Matter
    ) -> @Sendable (Request, DeskContext) async throws -> Response {
        { [self] request, context in
            do {
                let version = bulletin.version
                let matter = try await make(request, context)
                // Said once, on the next page that a person asks for.
                let done = context.isUse ? context.guest.flatMap { doorkeeper.takeDone($0) } : nil
                return html(matter, context.guest, done: done, version: version)
            } catch {
                return await failed(error, context)
            }
        }
    }

    /// Does what a form asks for, and shows the page where that is seen: loading it again does nothing again.
    ///
    /// - Parameter counts: whether what waits may be another number afterwards.
    func change(
        counts: Bool = true, _ act: @escaping @Sendable (FormBody, DeskContext) async throws -> String
    ) -> @Sendable (Request, DeskContext) async throws -> Response {
        { [self] request, context in
            let form = try await form(of: request, context)
            do {
                let path = try await act(form, context)
                if counts { await recount() }
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
        let form = try await bounds.forms.take(guest.formToken) { try await FormBody(request) }
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
        return try await bounds.files.take(guest.formToken) {
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
    }

    func failed(_ error: any Error, _ context: DeskContext) async -> Response {
        if error is Clerk.Locked { return Self.see("/unlock") }
        if let sent = error as? AlreadySent { return see("/transmissions/\(sent.id)?done=sentBefore", saying: context) }
        // The mailbox's pages at a registrar's desk, and the other way round.
        if case ClientFailure.obstacle(.notAnAgentsVault) = error { return Self.see(home) }
        if case ClientFailure.registrar(.notARegistrarsVault) = error { return Self.see(home) }
        return html(printer.refusal(error, home: home), context.guest, status: .unprocessableContent)
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

    static func see(_ path: String) -> Response { .redirect(to: path, type: .normal) }

    func html<Matter: Page>(
        _ page: Matter, _ guest: Doorkeeper.Guest?, status: HTTPResponse.Status = .ok, done: [String]? = nil,
        version: Int? = nil
    ) -> Response {
        guard let guest, bulletin.isOpen else { return printer.html(page, status: status, formToken: guest?.formToken) }
        let standing = bulletin.standing
        let warning = standing.deafSince.map { since in
            language(
                "RELAIS INJOIGNABLE depuis \(LocalTime.age(since, now: clerk.now, .fr)) : ce qui est arrivé depuis n'est pas affiché.",
                "RELAY UNREACHABLE for \(LocalTime.age(since, now: clerk.now, .en)): what came since is not shown.")
        }
        let frame = Frame(
            language: language.rawValue,
            waiting: standing.counts["inbox"].flatMap { $0 > 0 ? $0 : nil },
            tabs: Frame.tabs(of: clerk.office, current: Matter.tab, standing.counts, words),
            isMailbox: clerk.office == .mailbox, isUnlocked: true, isShared: printer.isShared,
            version: version ?? bulletin.version,
            formToken: guest.formToken, warning: warning, notice: standing.notice, done: done ?? [])
        return printer.html(page, status: status, in: frame)
    }
}

extension FormBody {
    /// - Throws: `TooMuchText`.
    init(_ request: Request, upTo limit: Int = Self.largest) async throws {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw TooMuchText()
        }
        try self.init(urlEncoded: String(buffer: body))
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
