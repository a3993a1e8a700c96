/// Messages as Python's protobuf writes them; `Tests/Python/golden.py` prints them, and a test compares.
struct GoldenMessage: Equatable {
    let schema: String
    let bytes: [UInt8]

    /// - Parameter hexadecimal: With blanks and ends of lines anywhere.
    init(_ schema: String, _ hexadecimal: String) {
        self.schema = schema
        bytes = Hexadecimal.bytes(hexadecimal)
    }

    static let all: [String: GoldenMessage] = [
        "agent": GoldenMessage(
            "agentd.v1.Agent",
            """
            088180808080808010122430313233343536372d383961622d636465662d383132332d34353637383961626364656618
            2a221b5a6fc3ab2773202268656c7065722220f09f91a9e2808df09f9a802a116c696e65206f6e650a6c696e65207477
            6f300438024214416e7377657220696e20e697a5e69cace8aa9e2e4a147b2274656d7065726174757265223a20302e35
            7d50015801621108ffffffffffffffffff0110988cebdc036a0b0880e2cfaa06108094ef3a7a027237
            """),
        "createAgent": GoldenMessage(
            "agentd.v1.CreateAgentRequest",
            """
            0a0e22014130ffffffffffffffffff01122436663163346230652d386630612d346635632d396433622d303132333435
            363738396162
            """),
        "updateAgent": GoldenMessage(
            "agentd.v1.UpdateAgentRequest",
            """
            0a0f08fdffffffffffffffff017a02723712110a046e616d650a0969735f7075626c6963
            """),
        "listAgents": GoldenMessage(
            "agentd.v1.ListAgentsRequest",
            """
            08ffffffffffffffffff0112036162631a0a6e616d65203a2022782222096e616d6520646573632801
            """),
        "listAgentsResponse": GoldenMessage(
            "agentd.v1.ListAgentsResponse",
            """
            0ab901088180808080808010122430313233343536372d383961622d636465662d383132332d34353637383961626364
            6566182a221b5a6fc3ab2773202268656c7065722220f09f91a9e2808df09f9a802a116c696e65206f6e650a6c696e65
            2074776f300438024214416e7377657220696e20e697a5e69cace8aa9e2e4a147b2274656d7065726174757265223a20
            302e357d50015801621108ffffffffffffffffff0110988cebdc036a0b0880e2cfaa06108094ef3a7a0272370ab90108
            8180808080808010122430313233343536372d383961622d636465662d383132332d343536373839616263646566182a
            221b5a6fc3ab2773202268656c7065722220f09f91a9e2808df09f9a802a116c696e65206f6e650a6c696e652074776f
            300438024214416e7377657220696e20e697a5e69cace8aa9e2e4a147b2274656d7065726174757265223a20302e357d
            50015801621108ffffffffffffffffff0110988cebdc036a0b0880e2cfaa06108094ef3a7a02723712046e657874
            """),
        "batchGetAgents": GoldenMessage(
            "agentd.v1.BatchGetAgentsRequest",
            """
            0a1f01ffffffffffffffffff01ffffffffffffffff7f8080808080808080800100
            """),
        "tenant": GoldenMessage(
            "agentd.v1.Tenant",
            """
            0a2430313233343536372d383961622d636465662d383132332d343536373839616263646566120461636d651a044163
            6d65220c61636d652e6578616d706c652802320d637573746f6d5f6167656e747332107072696f726974795f73757070
            6f72743a0508e8072032420b0880e2cfaa06108094ef3a4a0b0880e2cfaa06108094ef3a5a027233
            """),
        "user": GoldenMessage(
            "agentd.v1.User",
            """
            0805122430313233343536372d383961622d636465662d383132332d3435363738396162636465661a10616e6e406163
            6d652e6578616d706c652203416e6e280230013a0b0880e2cfaa06108094ef3a420b0880e2cfaa06108094ef3a520272
            31
            """),
        "issueTokenResponse": GoldenMessage(
            "agentd.v1.IssueTokenResponse",
            """
            0a640a18303132333435363738396162636465663031323334353637122430313233343536372d383961622d63646566
            2d383132332d343536373839616263646566180522066c6170746f702a0b0880e2cfaa06108094ef3a320b0880e2cfaa
            06108094ef3a12056167645f78
            """),
        "updateTenant": GoldenMessage(
            "agentd.v1.UpdateTenantRequest",
            """
            0a88010a2430313233343536372d383961622d636465662d383132332d343536373839616263646566120461636d651a
            0441636d65220c61636d652e6578616d706c652802320d637573746f6d5f6167656e747332107072696f726974795f73
            7570706f72743a0508e8072032420b0880e2cfaa06108094ef3a4a0b0880e2cfaa06108094ef3a5a027233121a0a0573
            746174650a116c696d6974732e6d61785f6167656e74731a2436663163346230652d386630612d346635632d39643362
            2d303132333435363738396162
            """),
        "resolveTenant": GoldenMessage(
            "agentd.v1.ResolveTenantRequest",
            """
            1a00
            """),
        "updateTenantSettings": GoldenMessage(
            "agentd.v1.UpdateTenantSettingsRequest",
            """
            0a160a1164656661756c745f706167655f73697a651201370a120a106d61785f70726f6d70745f627974657312027233
            1a2436663163346230652d386630612d346635632d396433622d303132333435363738396162
            """),
        "tenantStats": GoldenMessage(
            "agentd.v1.TenantStats",
            """
            0a2430313233343536372d383961622d636465662d383132332d343536373839616263646566120b0880e2cfaa061080
            94ef3a1a0c080a10011802200328043005220808061007180820092a06080a100b180c308080808080203a00420e0803
            10011a08080110d0d9b5ee014a190a134147454e545f545950455f52455345415243481009185a4a170a114147454e54
            5f545950455f435553544f4d1001180a52180a124147454e545f5354415455535f4452414654100118645a100a023432
            100a18ffffffffffffffff7f62100a0a323032362d30312d3331100b1805
            """),
        "listAuditEventsResponse": GoldenMessage(
            "agentd.v1.ListAuditEventsResponse",
            """
            0ac201088180808080808010122430313233343536372d383961622d636465662d383132332d34353637383961626364
            65661a2430303030303030302d303030302d303030312d303030302d30303030303030303030303220052a036a777432
            184167656e74536572766963652e5570646174654167656e74380142056167656e744a02343252287b226e616d65223a
            207b226265666f7265223a202261222c20226166746572223a2022c3a9227d7d5a0663616c6c2d31620b0880e2cfaa06
            108094ef3a0a6a0807122430313233343536372d383961622d636465662d383132332d3435363738396162636465661a
            2430313233343536372d383961622d636465662d383132332d3435363738396162636465663216557365725365727669
            63652e44656c657465557365723802620012046e657874
            """),
        "healthCheckResponse": GoldenMessage(
            "grpc.health.v1.HealthCheckResponse",
            """
            0801
            """),
        "hello": GoldenMessage(
            "agentd.wire.v1.ClientFrame",
            """
            0a2a080112190a0d617574686f72697a6174696f6e12084265617265722074120b0a05782d62696e120200ff
            """),
        "request": GoldenMessage(
            "agentd.wire.v1.ClientFrame",
            """
            125c08ffffffffffffffffff0112202f6167656e74642e76312e4167656e74536572766963652f4765744167656e741a
            190a0d617574686f72697a6174696f6e120842656172657220741a0b0a05782d62696e120200ff20dc0b2a020807
            """),
        "ping": GoldenMessage(
            "agentd.wire.v1.ClientFrame",
            """
            22020808
            """),
        "welcome": GoldenMessage(
            "agentd.wire.v1.ServerFrame",
            """
            0a09080110808040188008
            """),
        "response": GoldenMessage(
            "agentd.wire.v1.ServerFrame",
            """
            121e080732160a0c782d726571756573742d6964120663616c6c2d313a020801
            """),
        "goAway": GoldenMessage(
            "agentd.wire.v1.ServerFrame",
            """
            1a0c08031208445241494e494e47
            """),
    ]
}
