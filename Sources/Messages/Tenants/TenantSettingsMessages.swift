package import AgentdCore
internal import CAgentdProto

/// `agentd.v1.TenantSetting` as it stands on the wire.
package struct TenantSettingMessage: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__tenant_setting__init)

    package var key = ""
    package var value = ""
    package var defaultValue = ""
    /// What a value looks like.
    package var expected = ""
    package var description = ""

    /// As a request sets it.
    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    fileprivate init(_ setting: TenantSetting, of settings: TenantSettings) {
        key = setting.key
        value = setting.text(settings)
        defaultValue = setting.text(TenantSettings())
        expected = setting.expected
        description = setting.description
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__TenantSetting.self).pointee
        key = String(cString: message.key)
        value = String(cString: message.value)
        defaultValue = String(cString: message.default_value)
        expected = String(cString: message.expected)
        description = String(cString: message.description)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        MessageView(pointer: writer.builder.tenantSetting(self))
    }
}

extension MessageBuilder {
    fileprivate func tenantSetting(_ setting: TenantSettingMessage) -> UnsafeMutablePointer<Agentd__V1__TenantSetting> {
        let message = make(agentd__v1__tenant_setting__init)
        message.pointee.key = text(setting.key)
        message.pointee.value = text(setting.value)
        message.pointee.default_value = text(setting.defaultValue)
        message.pointee.expected = text(setting.expected)
        message.pointee.description = text(setting.description)
        return message
    }
}

/// `agentd.v1.TenantSettings` as it stands on the wire.
package struct TenantSettingsMessage: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__tenant_settings__init)

    package var settings: [TenantSettingMessage] = []
    package var etag = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__TenantSettings.self).pointee
        settings = try messages(message.n_settings, message.settings)
        etag = String(cString: message.etag)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__tenant_settings__init)
        message.pointee.n_settings = settings.count
        message.pointee.settings = writer.builder.pointers(settings.map { writer.builder.tenantSetting($0) })
        message.pointee.etag = writer.builder.text(etag)
        return MessageView(pointer: message)
    }
}

/// The settings as the daemon answers them: all there are, with what they mean.
package struct TenantSettingsAnswer: EncodableMessage {
    package static var schema: MessageSchema { TenantSettingsMessage.schema }

    package let settings: TenantSettings
    /// That of the tenant.
    package let revision: Int64

    package init(settings: TenantSettings, revision: Int64) {
        self.settings = settings
        self.revision = revision
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        var message = TenantSettingsMessage()
        message.settings = TenantSetting.all.map { TenantSettingMessage($0, of: settings) }
        message.etag = EntityTag.text(revision: revision)
        return message.write(writer)
    }
}

package struct GetTenantSettingsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__get_tenant_settings_request__init)

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {}

    package func write(_ writer: MessageWriter) -> MessageView {
        MessageView(pointer: writer.builder.make(agentd__v1__get_tenant_settings_request__init))
    }
}

package struct UpdateTenantSettingsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__update_tenant_settings_request__init)

    /// Their keys and values are used.
    package var settings: [TenantSettingMessage] = []
    package var etag = ""
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__UpdateTenantSettingsRequest.self).pointee
        settings = try messages(message.n_settings, message.settings)
        etag = String(cString: message.etag)
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__update_tenant_settings_request__init)
        message.pointee.n_settings = settings.count
        message.pointee.settings = writer.builder.pointers(settings.map { writer.builder.tenantSetting($0) })
        message.pointee.etag = writer.builder.text(etag)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}
