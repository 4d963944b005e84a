// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// The tables of a vault, agent's or registrar's. Names are kept for ever: they are part of how rows are found.
enum Table {
    // MARK: Who the owner is

    static let account = VaultTable<AccountRecord>("account")
    /// The log that the relay keeps now, where it is another than that of enrolment.
    static let origin = VaultTable<String>("account")
    static let certificate = VaultTable<String>("certificate")
    static let identity = VaultTable<IdentityRecord>("identity")

    // MARK: The log and the directory

    static let convention = VaultTable<String>("convention")
    static let head = VaultTable<Evidence>("head")
    static let checkpoint = VaultTable<[String]>("checkpoint")
    /// Checkpoints of logs that the relay has left.
    static let former = VaultTable<[String]>("former")
    /// Documents of the past, by their hashes.
    static let document = VaultTable<String>("document")
    static let publication = VaultTable<LogPlace>("publication")
    static let lines = VaultTable<LinesState>("lines")
    static let line = VaultTable<DirectoryHead.Line>("line")
    static let roster = VaultTable<String>("roster")
    static let successions = VaultTable<[String]>("successions")
    static let keys = VaultTable<KeysState>("keys")
    static let role = VaultTable<[UnitAddress]>("role")
    static let readers = VaultTable<[Reader]>("readers")

    // MARK: Transmissions

    static let sent = VaultTable<SentItem>("sent")
    static let sealing = VaultTable<SentItem>("sealing")
    /// Contents that are on their way, by transmission.
    static let fetching = VaultTable<BegunFetch>("fetching")
    static let received = VaultTable<ReceivedItem>("received")
    /// Last numbers of mailboxes, as an earlier program kept them.
    static let mailbox = VaultTable<Int>("mailbox")
    static let held = VaultTable<HeldMailbox>("held")
    /// By index; in the folder of the transmission.
    static func event(in mailbox: Mailbox) -> VaultTable<HeldEvent> { VaultTable("event \(mailbox)") }
    static let act = VaultTable<String>("act")
    static let transmission = VaultTable<HeldTransmission>("transmission")
    static let inboxDelivery = VaultTable<HeldDelivery>("inbox")
    static let sentDelivery = VaultTable<HeldDelivery>("outbox")
    static let alert = VaultTable<Alert>("alert")
    /// What answers a transmission; in that one's folder.
    static let reply = VaultTable<TransmissionID>("reply")
    static let audit = VaultTable<AuditState>("audit")
    /// Threads in which a person withdrew their agreement.
    static let withdrawn = VaultTable<WithdrawnThread>("withdrawn")

    // MARK: What a person did and saw here

    /// The ids that lists have shown, and the last list in its order.
    static let shown = VaultTable<[TransmissionID]>("shown")
    static let dismissed = VaultTable<Bool>("dismissed")
    static let draft = VaultTable<SendDraft>("begun")
    /// What became of drafts that were sent.
    static let sentDraft = VaultTable<TransmissionID>("sent draft")
    /// Files of drafts, by the draft and a number.
    static let draftFile = VaultTable<DraftFile>("file")
    /// Drafts of earlier programs.
    static let formerDraft = VaultTable<[String: FieldValue]>("draft")
    static let hint = VaultTable<Bool>("hint")
    static let note = VaultTable<String>("note")
    static let setting = VaultTable<Bool>("setting")

    // MARK: Registrars

    static let registrar = VaultTable<Registrar.Record>("registrar")
    static let registrarConvention = VaultTable<String>("registrar")
    /// The log that a registrar has looked at.
    static let registrarLog = VaultTable<String>("registrar")
    static let registrarNote = VaultTable<String>("registrar")
    static let invitation = VaultTable<KeptInvitation>("invitation")
}
