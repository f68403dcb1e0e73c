# The mail gateway of a made-up company.

terraform {
  required_providers {
    aws   = { source = "hashicorp/aws" }
    awscc = { source = "hashicorp/awscc" }
  }
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

variable "copies_bucket" {
  type        = string
  description = "Where copies of vendors' mail go."
}

variable "smarthost_password" {
  type      = string
  sensitive = true
}

locals {
  own_domain = "example.com"
  exchange   = { host = "exchange.corp.example.com", port = 25 }
}

resource "awscc_ses_mail_manager_address_list" "blocked_senders" {
  address_list_name = "blocked-senders"
  tags              = [{ key = "team", value = "messaging" }]
}

resource "awscc_ses_mail_manager_address_list" "partners" {
  address_list_name = "partners"
  tags              = [{ key = "team", value = "messaging" }]
}

resource "aws_mailmanager_archive" "all_mail" {
  name = "all-mail"

  retention {
    retention_period = "SEVEN_YEARS"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_mailmanager_relay" "exchange" {
  name        = "exchange"
  server_name = local.exchange.host
  server_port = local.exchange.port

  authentication {
    no_authentication {}
  }
}

resource "aws_mailmanager_rule_set" "inbound" {
  name = "inbound"

  rule {
    name = "drop-blocked-senders"
    condition {
      boolean_expression {
        evaluate {
          is_in_address_list {
            attribute = "MAIL_FROM"
            address_lists = [awscc_ses_mail_manager_address_list.blocked_senders.address_list_arn]
          }
        }
        operator = "IS_TRUE"
      }
    }
    action {
      drop {
      }
    }
  }

  rule {
    name = "drop-lookalikes"
    condition {
      string_expression {
        evaluate {
          attribute = "FROM"
        }
        operator = "ENDS_WITH"
        values = ["@examp1e.com", "@exarnple.com", "@example-mail.example"]
      }
    }
    unless {
      boolean_expression {
        evaluate {
          is_in_address_list {
            attribute = "FROM"
            address_lists = [awscc_ses_mail_manager_address_list.partners.address_list_arn]
          }
        }
        operator = "IS_TRUE"
      }
    }
    action {
      drop {
      }
    }
  }

  rule {
    name = "fail-dmarc"
    condition {
      dmarc_expression {
        operator = "EQUALS"
        values = ["QUARANTINE", "REJECT"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Warning"
        header_value = "sender not verified"
      }
    }
  }

  rule {
    name = "fail-spf"
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Spf"
        header_value = "fail"
      }
    }
  }

  rule {
    name = "phish-01"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["invoice overdue", "Invoice Overdue"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "invoice-overdue"
      }
    }
  }

  rule {
    name = "phish-02"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["wire transfer", "Wire Transfer"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "wire-transfer"
      }
    }
  }

  rule {
    name = "phish-03"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["gift card", "Gift Card"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "gift-card"
      }
    }
  }

  rule {
    name = "phish-04"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["password expires", "Password Expires"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "password-expires"
      }
    }
  }

  rule {
    name = "phish-05"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["voicemail received", "Voicemail Received"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "voicemail-received"
      }
    }
  }

  rule {
    name = "phish-06"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["parcel held", "Parcel Held"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "parcel-held"
      }
    }
  }

  rule {
    name = "phish-07"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["account suspended", "Account Suspended"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "account-suspended"
      }
    }
  }

  rule {
    name = "phish-08"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["crypto wallet", "Crypto Wallet"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "crypto-wallet"
      }
    }
  }

  rule {
    name = "phish-09"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["urgent payment", "Urgent Payment"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "urgent-payment"
      }
    }
  }

  rule {
    name = "phish-10"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "CONTAINS"
        values = ["docusign", "Docusign"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "DKIM"
        }
        operator = "EQUALS"
        values = ["FAIL"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Phish"
        header_value = "docusign"
      }
    }
  }

  rule {
    name = "scanner-01"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.8/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-02"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.16/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-03"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.24/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-04"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.32/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-05"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.40/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-06"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.48/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-07"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.56/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-08"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.64/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-09"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.72/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-10"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.80/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-11"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.88/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-12"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.96/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-13"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.104/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-14"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.112/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-15"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.120/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-16"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.128/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-17"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.136/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-18"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.144/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-19"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.152/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-20"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.160/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-21"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.168/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-22"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.176/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-23"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.184/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "scanner-24"
    condition {
      ip_expression {
        evaluate {
          attribute = "SOURCE_IP"
        }
        operator = "CIDR_MATCHES"
        values = ["198.51.100.192/29"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Scanner"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "keep-all"
    action {
      archive {
        target_archive = aws_mailmanager_archive.all_mail.id
        action_failure_policy = "CONTINUE"
      }
    }
  }

  rule {
    name = "deliver"
    action {
      relay {
        relay = aws_mailmanager_relay.exchange.id
        mail_from = "PRESERVE"
        action_failure_policy = "CONTINUE"
      }
    }
  }
}

resource "aws_mailmanager_rule_set" "vendors" {
  name = "vendors"

  rule {
    name = "payroll-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@payroll.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "finance/payroll/"
      }
    }
  }

  rule {
    name = "payroll-to-finance"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@payroll.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["payroll@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["finance@example.com"]
      }
    }
  }

  rule {
    name = "travel-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@travel.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "support/travel/"
      }
    }
  }

  rule {
    name = "travel-to-support"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@travel.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["travel@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["support@example.com"]
      }
    }
  }

  rule {
    name = "leasing-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@leasing.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "legal/leasing/"
      }
    }
  }

  rule {
    name = "leasing-to-legal"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@leasing.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["leasing@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["legal@example.com"]
      }
    }
  }

  rule {
    name = "catering-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@catering.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "hr/catering/"
      }
    }
  }

  rule {
    name = "catering-to-hr"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@catering.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["catering@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["hr@example.com"]
      }
    }
  }

  rule {
    name = "couriers-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@couriers.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "finance/couriers/"
      }
    }
  }

  rule {
    name = "couriers-to-finance"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@couriers.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["couriers@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["finance@example.com"]
      }
    }
  }

  rule {
    name = "printing-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@printing.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "support/printing/"
      }
    }
  }

  rule {
    name = "printing-to-support"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@printing.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["printing@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["support@example.com"]
      }
    }
  }

  rule {
    name = "facilities-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@facilities.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "legal/facilities/"
      }
    }
  }

  rule {
    name = "facilities-to-legal"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@facilities.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["facilities@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["legal@example.com"]
      }
    }
  }

  rule {
    name = "insurance-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@insurance.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "hr/insurance/"
      }
    }
  }

  rule {
    name = "insurance-to-hr"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@insurance.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["insurance@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["hr@example.com"]
      }
    }
  }

  rule {
    name = "training-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@training.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "finance/training/"
      }
    }
  }

  rule {
    name = "training-to-finance"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@training.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["training@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["finance@example.com"]
      }
    }
  }

  rule {
    name = "telecom-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@telecom.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "support/telecom/"
      }
    }
  }

  rule {
    name = "telecom-to-support"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@telecom.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["telecom@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["support@example.com"]
      }
    }
  }

  rule {
    name = "cleaning-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@cleaning.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "legal/cleaning/"
      }
    }
  }

  rule {
    name = "cleaning-to-legal"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@cleaning.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["cleaning@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["legal@example.com"]
      }
    }
  }

  rule {
    name = "brokers-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@brokers.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "hr/brokers/"
      }
    }
  }

  rule {
    name = "brokers-to-hr"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@brokers.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["brokers@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["hr@example.com"]
      }
    }
  }

  rule {
    name = "archiving-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@archiving.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "finance/archiving/"
      }
    }
  }

  rule {
    name = "archiving-to-finance"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@archiving.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["archiving@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["finance@example.com"]
      }
    }
  }

  rule {
    name = "recruiting-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@recruiting.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "support/recruiting/"
      }
    }
  }

  rule {
    name = "recruiting-to-support"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@recruiting.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["recruiting@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["support@example.com"]
      }
    }
  }

  rule {
    name = "signage-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@signage.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "legal/signage/"
      }
    }
  }

  rule {
    name = "signage-to-legal"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@signage.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["signage@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["legal@example.com"]
      }
    }
  }

  rule {
    name = "parking-copy"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@parking.example"]
      }
    }
    condition {
      verdict_expression {
        evaluate {
          attribute = "SPF"
        }
        operator = "EQUALS"
        values = ["PASS"]
      }
    }
    action {
      write_to_s3 {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
        s3_bucket = var.copies_bucket
        s3_prefix = "hr/parking/"
      }
    }
  }

  rule {
    name = "parking-to-hr"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "ENDS_WITH"
        values = ["@parking.example"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "EQUALS"
        values = ["parking@partners.example.com"]
      }
    }
    action {
      replace_recipient {
        replace_with = ["hr@example.com"]
      }
    }
  }

  rule {
    name = "large"
    condition {
      number_expression {
        evaluate {
          attribute = "MESSAGE_SIZE"
        }
        operator = "GREATER_THAN"
        value = 20000000
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Large"
        header_value = "yes"
      }
    }
  }

  rule {
    name = "probe"
    condition {
      string_expression {
        evaluate {
          mime_header_attribute = "X-Acme-Probe"
        }
        operator = "EQUALS"
        values = ["partners"]
      }
    }
    action {
      drop {
      }
    }
  }

  rule {
    name = "keep-all"
    action {
      archive {
        target_archive = aws_mailmanager_archive.all_mail.id
        action_failure_policy = "CONTINUE"
      }
    }
  }

  rule {
    name = "deliver"
    action {
      relay {
        relay = aws_mailmanager_relay.exchange.id
        mail_from = "PRESERVE"
        action_failure_policy = "CONTINUE"
      }
    }
  }
}

resource "aws_mailmanager_rule_set" "outbound" {
  name = "outbound"

  rule {
    name = "finance-1"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["finance1@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@travel.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "finance"
      }
    }
  }

  rule {
    name = "finance-2"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["finance2@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@leasing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "finance"
      }
    }
  }

  rule {
    name = "finance-3"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["finance3@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@catering.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "finance"
      }
    }
  }

  rule {
    name = "finance-4"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["finance4@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@couriers.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "finance"
      }
    }
  }

  rule {
    name = "finance-5"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["finance5@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@printing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "finance"
      }
    }
  }

  rule {
    name = "finance-6"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["finance6@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@facilities.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "finance"
      }
    }
  }

  rule {
    name = "support-1"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["support1@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@travel.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "support"
      }
    }
  }

  rule {
    name = "support-2"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["support2@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@leasing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "support"
      }
    }
  }

  rule {
    name = "support-3"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["support3@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@catering.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "support"
      }
    }
  }

  rule {
    name = "support-4"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["support4@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@couriers.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "support"
      }
    }
  }

  rule {
    name = "support-5"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["support5@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@printing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "support"
      }
    }
  }

  rule {
    name = "support-6"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["support6@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@facilities.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "support"
      }
    }
  }

  rule {
    name = "legal-1"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["legal1@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@travel.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "legal"
      }
    }
  }

  rule {
    name = "legal-2"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["legal2@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@leasing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "legal"
      }
    }
  }

  rule {
    name = "legal-3"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["legal3@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@catering.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "legal"
      }
    }
  }

  rule {
    name = "legal-4"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["legal4@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@couriers.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "legal"
      }
    }
  }

  rule {
    name = "legal-5"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["legal5@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@printing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "legal"
      }
    }
  }

  rule {
    name = "legal-6"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["legal6@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@facilities.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "legal"
      }
    }
  }

  rule {
    name = "hr-1"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["hr1@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@travel.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "hr"
      }
    }
  }

  rule {
    name = "hr-2"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["hr2@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@leasing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "hr"
      }
    }
  }

  rule {
    name = "hr-3"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["hr3@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@catering.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "hr"
      }
    }
  }

  rule {
    name = "hr-4"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["hr4@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@couriers.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "hr"
      }
    }
  }

  rule {
    name = "hr-5"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["hr5@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@printing.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "hr"
      }
    }
  }

  rule {
    name = "hr-6"
    condition {
      string_expression {
        evaluate {
          attribute = "MAIL_FROM"
        }
        operator = "EQUALS"
        values = ["hr6@example.com"]
      }
    }
    condition {
      string_expression {
        evaluate {
          attribute = "RECIPIENT"
        }
        operator = "ENDS_WITH"
        values = ["@facilities.example"]
      }
    }
    action {
      add_header {
        header_name = "X-Acme-Team"
        header_value = "hr"
      }
    }
  }

  rule {
    name = "no-invoice-outside"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "STARTS_WITH"
        values = ["[invoice overdue]"]
      }
    }
    action {
      drop {
      }
    }
  }

  rule {
    name = "no-wire-outside"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "STARTS_WITH"
        values = ["[wire transfer]"]
      }
    }
    action {
      drop {
      }
    }
  }

  rule {
    name = "no-gift-outside"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "STARTS_WITH"
        values = ["[gift card]"]
      }
    }
    action {
      drop {
      }
    }
  }

  rule {
    name = "no-password-outside"
    condition {
      string_expression {
        evaluate {
          attribute = "SUBJECT"
        }
        operator = "STARTS_WITH"
        values = ["[password expires]"]
      }
    }
    action {
      drop {
      }
    }
  }

  rule {
    name = "keep-all"
    action {
      archive {
        target_archive = aws_mailmanager_archive.all_mail.id
        action_failure_policy = "CONTINUE"
      }
    }
  }

  rule {
    name = "send"
    action {
      send {
        role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/acme-mail-actions"
      }
    }
  }
}

resource "aws_mailmanager_traffic_policy" "edge" {
  name           = "edge"
  default_action = "DENY"

  policy_statement {
    action = "ALLOW"

    condition {
      string_expression {
        operator = "ENDS_WITH"
        values   = ["@${local.own_domain}", "@partners.${local.own_domain}"]

        evaluate {
          attribute = "RECIPIENT"
        }
      }
    }
  }
}

resource "aws_mailmanager_ingress_point" "mx" {
  name              = "mx-in"
  type              = "OPEN"
  rule_set_id       = aws_mailmanager_rule_set.inbound.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id
}

resource "aws_mailmanager_ingress_point" "vendor_mx" {
  name              = "vendor-mx"
  type              = "OPEN"
  rule_set_id       = aws_mailmanager_rule_set.vendors.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id
}

resource "aws_mailmanager_ingress_point" "smarthost" {
  name              = "smarthost"
  type              = "AUTH"
  rule_set_id       = aws_mailmanager_rule_set.outbound.id
  traffic_policy_id = aws_mailmanager_traffic_policy.edge.id

  ingress_point_configuration {
    smtp_password_wo         = var.smarthost_password
    smtp_password_wo_version = 1
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "acme-mail-logs"
}
