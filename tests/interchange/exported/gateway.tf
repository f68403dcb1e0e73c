# Mail gateway acme, environment prod.

terraform {
  required_version = ">= 1.5.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    awscc = {
      source  = "hashicorp/awscc"
      version = "~> 1.0"
    }
  }
}

variable "clients_smtp_password" {
  description = "SMTP password of the ingress point clients."
  type        = string
  sensitive   = true
  ephemeral   = true
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

import {
  to = aws_mailmanager_rule_set.inbound
  id = "rs-0123456789abcdefghijklmn"
}

resource "awscc_ses_mail_manager_address_list" "partners" {
  address_list_name = "partners"
  tags = [
    {
      key   = "team"
      value = "mail"
    },
  ]
}

resource "awscc_ses_mail_manager_address_list" "feed" {
  address_list_name = "feed"
}

resource "aws_mailmanager_archive" "compliance_7y" {
  name = "acme-compliance"

  retention {
    retention_period = "SEVEN_YEARS"
  }
}

resource "aws_mailmanager_relay" "exchange" {
  name        = "exchange"
  server_name = "mail.corp.example.com"
  server_port = 25

  authentication {
    no_authentication {}
  }
}

resource "awscc_ses_mail_manager_addon_subscription" "vade" {
  addon_name = "VADE_ADVANCED_EMAIL_SECURITY"
  tags = [
    {
      key   = "team"
      value = "mail"
    },
  ]
}

resource "awscc_ses_mail_manager_addon_instance" "vade" {
  addon_subscription_id = awscc_ses_mail_manager_addon_subscription.vade.addon_subscription_id
  tags = [
    {
      key   = "team"
      value = "mail"
    },
  ]
}

resource "aws_mailmanager_rule_set" "inbound" {
  name = "acme.inbound"

  rule {
    name = "block"

    condition {
      boolean_expression {
        operator = "IS_TRUE"

        evaluate {
          is_in_address_list {
            attribute     = "MAIL_FROM"
            address_lists = [awscc_ses_mail_manager_address_list.partners.address_list_arn]
          }
        }
      }
    }

    condition {
      boolean_expression {
        operator = "IS_FALSE"

        evaluate {
          is_in_address_list {
            attribute     = "RECIPIENT"
            address_lists = ["arn:${data.aws_partition.current.partition}:ses:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:mailmanager-address-list/al-0123456789abcdef"]
          }
        }
      }
    }

    condition {
      string_expression {
        operator = "CONTAINS"
        values   = ["no", "$${x}", "100%%{x}", "say \"hi\""]

        evaluate {
          attribute = "SUBJECT"
        }
      }
    }

    condition {
      boolean_expression {
        operator = "IS_FALSE"

        evaluate {
          analysis {
            analyzer     = awscc_ses_mail_manager_addon_instance.vade.addon_instance_arn
            result_field = "isPassed"
          }
        }
      }
    }

    condition {
      number_expression {
        operator = "GREATER_THAN"
        value    = 25000000

        evaluate {
          attribute = "MESSAGE_SIZE"
        }
      }
    }

    action {
      drop {}
    }
  }

  rule {
    action {
      archive {
        action_failure_policy = "DROP"
        target_archive        = aws_mailmanager_archive.compliance_7y.id
      }
    }

    action {
      archive {
        target_archive = "a-0123456789abcdef"
      }
    }

    action {
      relay {
        relay     = aws_mailmanager_relay.exchange.id
        mail_from = "PRESERVE"
      }
    }

    action {
      drop {}
    }
  }
}

resource "awscc_ses_mail_manager_traffic_policy" "everything" {
  traffic_policy_name = "everything"
  policy_statements   = []
  default_action      = "ALLOW"
}

resource "aws_mailmanager_traffic_policy" "edge" {
  name                   = "edge"
  default_action         = "DENY"
  max_message_size_bytes = 25000000

  policy_statement {
    action = "ALLOW"

    condition {
      string_expression {
        operator = "ENDS_WITH"
        values   = ["@example.com"]

        evaluate {
          attribute = "RECIPIENT"
        }
      }
    }

    condition {
      ipv6_expression {
        operator = "CIDR_MATCHES"
        values   = ["2001:db8::/32"]

        evaluate {
          attribute = "SENDER_IPV6"
        }
      }
    }
  }
}

resource "aws_mailmanager_ingress_point" "mx" {
  name              = "acme-mx"
  type              = "OPEN"
  rule_set_id       = aws_mailmanager_rule_set.inbound.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id

  network_configuration {
    public_network_configuration {
      ip_type = "DUAL_STACK"
    }
  }
}

resource "aws_mailmanager_ingress_point" "clients" {
  name              = "clients"
  type              = "AUTH"
  rule_set_id       = aws_mailmanager_rule_set.inbound.id
  traffic_policy_id = awscc_ses_mail_manager_traffic_policy.everything.traffic_policy_id

  ingress_point_configuration {
    smtp_password_wo         = var.clients_smtp_password
    smtp_password_wo_version = 1
  }
}

resource "awscc_ses_mail_manager_ingress_point" "later" {
  ingress_point_name = "later"
  type               = "OPEN"
  rule_set_id        = aws_mailmanager_rule_set.inbound.id
  traffic_policy_id  = aws_mailmanager_traffic_policy.edge.id
  status_to_update   = "CLOSED"
}

resource "aws_mailmanager_ingress_point" "partners_in" {
  name              = "partners-in"
  type              = "MTLS"
  rule_set_id       = aws_mailmanager_rule_set.inbound.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id

  ingress_point_configuration {
    tls_auth_configuration {
      trust_store {
        ca_content = <<EOT
-----BEGIN CERTIFICATE-----
AAAA
-----END CERTIFICATE-----
EOT
      }
    }
  }
}

resource "aws_cloudwatch_log_delivery_destination" "logs_1" {
  name = "acme-logs-1"

  delivery_destination_configuration {
    destination_resource_arn = "arn:aws:s3:::acme-mail-logs/rules"
  }
}

resource "aws_cloudwatch_log_delivery_destination" "logs_2" {
  name = "acme-logs-2"

  delivery_destination_configuration {
    destination_resource_arn = "arn:aws:logs:us-east-1:444455556666:log-group:/mail/mx"
  }
}

resource "aws_cloudwatch_log_delivery_source" "rule_set_inbound_application" {
  name         = "acme-rule-set-inbound-application"
  log_type     = "APPLICATION_LOGS"
  resource_arn = aws_mailmanager_rule_set.inbound.arn
}

resource "aws_cloudwatch_log_delivery" "rule_set_inbound_application" {
  delivery_source_name     = aws_cloudwatch_log_delivery_source.rule_set_inbound_application.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.logs_1.arn
}

resource "aws_cloudwatch_log_delivery_source" "ingress_point_mx_application" {
  name         = "acme-ingress-point-mx-application"
  log_type     = "APPLICATION_LOGS"
  resource_arn = aws_mailmanager_ingress_point.mx.arn
}

resource "aws_cloudwatch_log_delivery" "ingress_point_mx_application" {
  delivery_source_name     = aws_cloudwatch_log_delivery_source.ingress_point_mx_application.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.logs_2.arn
}

resource "aws_cloudwatch_log_delivery_source" "ingress_point_mx_debug" {
  name         = "acme-ingress-point-mx-debug"
  log_type     = "TRAFFIC_POLICY_DEBUG_LOGS"
  resource_arn = aws_mailmanager_ingress_point.mx.arn
}

resource "aws_cloudwatch_log_delivery" "ingress_point_mx_debug" {
  delivery_source_name     = aws_cloudwatch_log_delivery_source.ingress_point_mx_debug.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.logs_1.arn
}

resource "aws_cloudwatch_log_delivery_source" "ingress_point_later_application" {
  name         = "acme-ingress-point-later-application"
  log_type     = "APPLICATION_LOGS"
  resource_arn = awscc_ses_mail_manager_ingress_point.later.ingress_point_arn
}

resource "aws_cloudwatch_log_delivery" "ingress_point_later_application" {
  delivery_source_name     = aws_cloudwatch_log_delivery_source.ingress_point_later_application.name
  delivery_destination_arn = "arn:aws:logs:us-east-1:111122223333:delivery-destination:central"
}
