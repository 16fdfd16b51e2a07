//! Error codes by number: Kafka's protocol errors under Kafka's names, librdkafka's own (negative) under its
//! names, and whether a retry may help.
//!
//! Kafka counterpart: org.apache.kafka.common.protocol.Errors.

use std::fmt;

use rdkafka::types::RDKafkaErrorCode;

/// An error code of the Kafka protocol, or (negative) of librdkafka. Displays as Kafka's name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ErrorCode(i32);

impl ErrorCode {
    /// The code with this number.
    pub fn new(number: i32) -> Self {
        Self(number)
    }

    pub(in crate::kafka) fn from_rdkafka(code: RDKafkaErrorCode) -> Self {
        Self(code as i32)
    }

    /// The number: positive is Kafka's, below -1 is librdkafka's.
    pub fn number(self) -> i32 {
        self.0
    }

    /// Kafka's name, such as `UNKNOWN_TOPIC_OR_PARTITION`; librdkafka's own start with an underscore.
    pub fn name(self) -> &'static str {
        self.row().map_or("UNKNOWN_SERVER_ERROR", |row| row.1)
    }

    /// Whether a retry may help; for Kafka's codes as the Java client has it.
    pub fn retriable(self) -> bool {
        self.row().is_some_and(|row| row.2)
    }

    /// What the code means, in a few words.
    pub fn description(self) -> &'static str {
        self.row().map_or("Unknown error", |row| row.3)
    }

    /// The simple name of the Java exception for the code.
    pub fn exception(self) -> String {
        if let Some((_, exception)) = EXCEPTIONS.iter().find(|(name, _)| *name == self.name()) {
            return (*exception).to_owned();
        }
        if self.0 < -1 {
            return "KafkaException".to_owned();
        }
        let mut exception: String = self
            .name()
            .split('_')
            .map(|word| {
                let (first, rest) = word.split_at(word.len().min(1));
                format!("{first}{}", rest.to_ascii_lowercase())
            })
            .collect();
        exception.push_str("Exception");
        exception
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.binary_search_by_key(&self.0, |row| row.0)
            .ok()
            .map(|index| &ROWS[index])
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}({})", self.name(), self.0)
    }
}

/// Names whose exception is not the name in camel case.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("UNKNOWN_SERVER_ERROR", "UnknownServerException"),
    ("CORRUPT_MESSAGE", "CorruptRecordException"),
    ("REQUEST_TIMED_OUT", "TimeoutException"),
    ("MESSAGE_TOO_LARGE", "RecordTooLargeException"),
    ("NETWORK_EXCEPTION", "NetworkException"),
    ("INVALID_TOPIC_EXCEPTION", "InvalidTopicException"),
    ("RECORD_LIST_TOO_LARGE", "RecordBatchTooLargeException"),
    ("TOPIC_AUTHORIZATION_FAILED", "TopicAuthorizationException"),
    ("GROUP_AUTHORIZATION_FAILED", "GroupAuthorizationException"),
    (
        "CLUSTER_AUTHORIZATION_FAILED",
        "ClusterAuthorizationException",
    ),
    (
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        "TransactionalIdAuthorizationException",
    ),
    ("SASL_AUTHENTICATION_FAILED", "SaslAuthenticationException"),
    ("TOPIC_ALREADY_EXISTS", "TopicExistsException"),
    ("INVALID_CONFIG", "InvalidConfigurationException"),
    (
        "OUT_OF_ORDER_SEQUENCE_NUMBER",
        "OutOfOrderSequenceException",
    ),
    ("INVALID_PRODUCER_ID_MAPPING", "InvalidPidMappingException"),
    ("INVALID_TRANSACTION_TIMEOUT", "InvalidTxnTimeoutException"),
    ("KAFKA_STORAGE_ERROR", "KafkaStorageException"),
    ("NON_EMPTY_GROUP", "GroupNotEmptyException"),
    ("_TIMED_OUT", "TimeoutException"),
    ("_MSG_TIMED_OUT", "TimeoutException"),
    ("_TIMED_OUT_QUEUE", "TimeoutException"),
    ("_UNKNOWN_TOPIC", "TimeoutException"),
    ("_UNKNOWN_PARTITION", "TimeoutException"),
    ("_TRANSPORT", "DisconnectException"),
    ("_ALL_BROKERS_DOWN", "DisconnectException"),
    ("_AUTHENTICATION", "SaslAuthenticationException"),
    ("_SSL", "SslAuthenticationException"),
    ("_FENCED", "ProducerFencedException"),
];

type Row = (i32, &'static str, bool, &'static str);

/// Number, name, retriable, meaning; ordered by number.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    (-199, "_BAD_MSG", true, "Bad message format"),
    (-198, "_BAD_COMPRESSION", false, "Invalid compressed data"),
    (-197, "_DESTROY", false, "Broker handle destroyed for termination"),
    (-196, "_FAIL", false, "Communication failure with broker"),
    (-195, "_TRANSPORT", true, "Broker transport failure"),
    (-194, "_CRIT_SYS_RESOURCE", false, "Critical system resource failure"),
    (-193, "_RESOLVE", true, "Host resolution failure"),
    (-192, "_MSG_TIMED_OUT", true, "Message timed out"),
    (-191, "_PARTITION_EOF", false, "No more messages"),
    (-190, "_UNKNOWN_PARTITION", true, "Unknown partition"),
    (-189, "_FS", false, "File or filesystem error"),
    (-188, "_UNKNOWN_TOPIC", true, "Unknown topic"),
    (-187, "_ALL_BROKERS_DOWN", true, "All broker connections are down"),
    (-186, "_INVALID_ARG", false, "Invalid argument or configuration"),
    (-185, "_TIMED_OUT", true, "Timed out"),
    (-184, "_QUEUE_FULL", true, "Queue full"),
    (-183, "_ISR_INSUFF", true, "ISR count insufficient"),
    (-182, "_NODE_UPDATE", true, "Broker node update"),
    (-181, "_SSL", false, "SSL error"),
    (-180, "_WAIT_COORD", true, "Waiting for coordinator"),
    (-179, "_UNKNOWN_GROUP", false, "Unknown group"),
    (-178, "_IN_PROGRESS", true, "Operation in progress"),
    (-177, "_PREV_IN_PROGRESS", true, "Previous operation in progress"),
    (-176, "_EXISTING_SUBSCRIPTION", false, "Existing subscription"),
    (-175, "_ASSIGN_PARTITIONS", false, "Assign partitions"),
    (-174, "_REVOKE_PARTITIONS", false, "Revoke partitions"),
    (-173, "_CONFLICT", false, "Conflicting use"),
    (-172, "_STATE", false, "Erroneous state"),
    (-171, "_UNKNOWN_PROTOCOL", false, "Unknown protocol"),
    (-170, "_NOT_IMPLEMENTED", false, "Not implemented"),
    (-169, "_AUTHENTICATION", false, "Authentication failure"),
    (-168, "_NO_OFFSET", false, "No offset stored"),
    (-167, "_OUTDATED", true, "Outdated"),
    (-166, "_TIMED_OUT_QUEUE", true, "Timed out in queue"),
    (-165, "_UNSUPPORTED_FEATURE", false, "Required feature not supported by broker"),
    (-164, "_WAIT_CACHE", true, "Awaiting cache update"),
    (-163, "_INTR", false, "Operation interrupted"),
    (-162, "_KEY_SERIALIZATION", false, "Key serialization error"),
    (-161, "_VALUE_SERIALIZATION", false, "Value serialization error"),
    (-160, "_KEY_DESERIALIZATION", false, "Key deserialization error"),
    (-159, "_VALUE_DESERIALIZATION", false, "Value deserialization error"),
    (-158, "_PARTIAL", false, "Partial response"),
    (-157, "_READ_ONLY", false, "Read-only object"),
    (-156, "_NOENT", false, "No such entry"),
    (-155, "_UNDERFLOW", false, "Read underflow"),
    (-154, "_INVALID_TYPE", false, "Invalid type"),
    (-153, "_RETRY", true, "Retry operation"),
    (-152, "_PURGE_QUEUE", false, "Purged in queue"),
    (-151, "_PURGE_INFLIGHT", false, "Purged in flight"),
    (-150, "_FATAL", false, "Fatal error"),
    (-149, "_INCONSISTENT", false, "Inconsistent state"),
    (-148, "_GAPLESS_GUARANTEE", false, "Gap-less ordering would not be guaranteed if proceeding"),
    (-147, "_MAX_POLL_EXCEEDED", false, "Maximum application poll interval (max.poll.interval.ms) exceeded"),
    (-146, "_UNKNOWN_BROKER", false, "Unknown broker"),
    (-145, "_NOT_CONFIGURED", false, "Functionality not configured"),
    (-144, "_FENCED", false, "This instance has been fenced by a newer instance"),
    (-143, "_APPLICATION", false, "Application generated error"),
    (-142, "_ASSIGNMENT_LOST", false, "Group partition assignment lost"),
    (-141, "_NOOP", false, "No operation performed"),
    (-140, "_AUTO_OFFSET_RESET", false, "No offset to automatically reset to"),
    (-139, "_LOG_TRUNCATION", false, "Partition log truncation detected"),
    (-138, "_INVALID_DIFFERENT_RECORD", false, "an invalid record in the same batch caused the failure of this message too"),
    (-137, "_DESTROY_BROKER", true, "Broker handle destroyed without termination"),
    (-1, "UNKNOWN_SERVER_ERROR", false, "Unknown broker error"),
    (0, "NONE", false, "Success"),
    (1, "OFFSET_OUT_OF_RANGE", false, "Offset out of range"),
    (2, "CORRUPT_MESSAGE", true, "Invalid message"),
    (3, "UNKNOWN_TOPIC_OR_PARTITION", true, "Unknown topic or partition"),
    (4, "INVALID_FETCH_SIZE", false, "Invalid message size"),
    (5, "LEADER_NOT_AVAILABLE", true, "Leader not available"),
    (6, "NOT_LEADER_OR_FOLLOWER", true, "Not leader for partition"),
    (7, "REQUEST_TIMED_OUT", true, "Request timed out"),
    (8, "BROKER_NOT_AVAILABLE", false, "Broker not available"),
    (9, "REPLICA_NOT_AVAILABLE", true, "Replica not available"),
    (10, "MESSAGE_TOO_LARGE", false, "Message size too large"),
    (11, "STALE_CONTROLLER_EPOCH", false, "StaleControllerEpochCode"),
    (12, "OFFSET_METADATA_TOO_LARGE", false, "Offset metadata string too large"),
    (13, "NETWORK_EXCEPTION", true, "Broker disconnected before response received"),
    (14, "COORDINATOR_LOAD_IN_PROGRESS", true, "Coordinator load in progress"),
    (15, "COORDINATOR_NOT_AVAILABLE", true, "Coordinator not available"),
    (16, "NOT_COORDINATOR", true, "Not coordinator"),
    (17, "INVALID_TOPIC_EXCEPTION", false, "Invalid topic"),
    (18, "RECORD_LIST_TOO_LARGE", false, "Message batch larger than configured server segment size"),
    (19, "NOT_ENOUGH_REPLICAS", true, "Not enough in-sync replicas"),
    (20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", true, "Message(s) written to insufficient number of in-sync replicas"),
    (21, "INVALID_REQUIRED_ACKS", false, "Invalid required acks value"),
    (22, "ILLEGAL_GENERATION", false, "Specified group generation id is not valid"),
    (23, "INCONSISTENT_GROUP_PROTOCOL", false, "Inconsistent group protocol"),
    (24, "INVALID_GROUP_ID", false, "Invalid group.id"),
    (25, "UNKNOWN_MEMBER_ID", false, "Unknown member"),
    (26, "INVALID_SESSION_TIMEOUT", false, "Invalid session timeout"),
    (27, "REBALANCE_IN_PROGRESS", false, "Group rebalance in progress"),
    (28, "INVALID_COMMIT_OFFSET_SIZE", false, "Commit offset data size is not valid"),
    (29, "TOPIC_AUTHORIZATION_FAILED", false, "Topic authorization failed"),
    (30, "GROUP_AUTHORIZATION_FAILED", false, "Group authorization failed"),
    (31, "CLUSTER_AUTHORIZATION_FAILED", false, "Cluster authorization failed"),
    (32, "INVALID_TIMESTAMP", false, "Invalid timestamp"),
    (33, "UNSUPPORTED_SASL_MECHANISM", false, "Unsupported SASL mechanism"),
    (34, "ILLEGAL_SASL_STATE", false, "Request not valid in current SASL state"),
    (35, "UNSUPPORTED_VERSION", false, "API version not supported"),
    (36, "TOPIC_ALREADY_EXISTS", false, "Topic already exists"),
    (37, "INVALID_PARTITIONS", false, "Invalid number of partitions"),
    (38, "INVALID_REPLICATION_FACTOR", false, "Invalid replication factor"),
    (39, "INVALID_REPLICA_ASSIGNMENT", false, "Invalid replica assignment"),
    (40, "INVALID_CONFIG", false, "Configuration is invalid"),
    (41, "NOT_CONTROLLER", true, "Not controller for cluster"),
    (42, "INVALID_REQUEST", false, "Invalid request"),
    (43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", false, "Message format on broker does not support request"),
    (44, "POLICY_VIOLATION", false, "Policy violation"),
    (45, "OUT_OF_ORDER_SEQUENCE_NUMBER", false, "Broker received an out of order sequence number"),
    (46, "DUPLICATE_SEQUENCE_NUMBER", false, "Broker received a duplicate sequence number"),
    (47, "INVALID_PRODUCER_EPOCH", false, "Producer attempted an operation with an old epoch"),
    (48, "INVALID_TXN_STATE", false, "Producer attempted a transactional operation in an invalid state"),
    (49, "INVALID_PRODUCER_ID_MAPPING", false, "Producer attempted to use a producer id which is not currently assigned to its transactional id"),
    (50, "INVALID_TRANSACTION_TIMEOUT", false, "Transaction timeout is larger than the maximum value allowed by the broker's max.transaction.timeout.ms"),
    (51, "CONCURRENT_TRANSACTIONS", true, "Producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing"),
    (52, "TRANSACTION_COORDINATOR_FENCED", false, "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a given producer"),
    (53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", false, "Transactional Id authorization failed"),
    (54, "SECURITY_DISABLED", false, "Security features are disabled"),
    (55, "OPERATION_NOT_ATTEMPTED", false, "Operation not attempted"),
    (56, "KAFKA_STORAGE_ERROR", true, "Disk error when trying to access log file on disk"),
    (57, "LOG_DIR_NOT_FOUND", false, "The user-specified log directory is not found in the broker config"),
    (58, "SASL_AUTHENTICATION_FAILED", false, "SASL Authentication failed"),
    (59, "UNKNOWN_PRODUCER_ID", false, "Unknown Producer Id"),
    (60, "REASSIGNMENT_IN_PROGRESS", false, "Partition reassignment is in progress"),
    (61, "DELEGATION_TOKEN_AUTH_DISABLED", false, "Delegation Token feature is not enabled"),
    (62, "DELEGATION_TOKEN_NOT_FOUND", false, "Delegation Token is not found on server"),
    (63, "DELEGATION_TOKEN_OWNER_MISMATCH", false, "Specified Principal is not valid Owner/Renewer"),
    (64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", false, "Delegation Token requests are not allowed on this connection"),
    (65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", false, "Delegation Token authorization failed"),
    (66, "DELEGATION_TOKEN_EXPIRED", false, "Delegation Token is expired"),
    (67, "INVALID_PRINCIPAL_TYPE", false, "Supplied principalType is not supported"),
    (68, "NON_EMPTY_GROUP", false, "The group is not empty"),
    (69, "GROUP_ID_NOT_FOUND", false, "The group id does not exist"),
    (70, "FETCH_SESSION_ID_NOT_FOUND", true, "The fetch session ID was not found"),
    (71, "INVALID_FETCH_SESSION_EPOCH", true, "The fetch session epoch is invalid"),
    (72, "LISTENER_NOT_FOUND", true, "No matching listener"),
    (73, "TOPIC_DELETION_DISABLED", false, "Topic deletion is disabled"),
    (74, "FENCED_LEADER_EPOCH", true, "Leader epoch is older than broker epoch"),
    (75, "UNKNOWN_LEADER_EPOCH", true, "Leader epoch is newer than broker epoch"),
    (76, "UNSUPPORTED_COMPRESSION_TYPE", false, "Unsupported compression type"),
    (77, "STALE_BROKER_EPOCH", false, "Broker epoch has changed"),
    (78, "OFFSET_NOT_AVAILABLE", true, "Leader high watermark is not caught up"),
    (79, "MEMBER_ID_REQUIRED", false, "Group member needs a valid member ID"),
    (80, "PREFERRED_LEADER_NOT_AVAILABLE", true, "Preferred leader was not available"),
    (81, "GROUP_MAX_SIZE_REACHED", false, "Consumer group has reached maximum size"),
    (82, "FENCED_INSTANCE_ID", false, "Static consumer fenced by other consumer with same group.instance.id"),
    (83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", true, "Eligible partition leaders are not available"),
    (84, "ELECTION_NOT_NEEDED", false, "Leader election not needed for topic partition"),
    (85, "NO_REASSIGNMENT_IN_PROGRESS", false, "No partition reassignment is in progress"),
    (86, "GROUP_SUBSCRIBED_TO_TOPIC", false, "Deleting offsets of a topic while the consumer group is subscribed to it"),
    (87, "INVALID_RECORD", false, "Broker failed to validate record"),
    (88, "UNSTABLE_OFFSET_COMMIT", true, "There are unstable offsets that need to be cleared"),
    (89, "THROTTLING_QUOTA_EXCEEDED", true, "Throttling quota has been exceeded"),
    (90, "PRODUCER_FENCED", false, "There is a newer producer with the same transactionalId which fences the current one"),
    (91, "RESOURCE_NOT_FOUND", false, "Request illegally referred to resource that does not exist"),
    (92, "DUPLICATE_RESOURCE", false, "Request illegally referred to the same resource twice"),
    (93, "UNACCEPTABLE_CREDENTIAL", false, "Requested credential would not meet criteria for acceptability"),
    (94, "INCONSISTENT_VOTER_SET", false, "Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters"),
    (95, "INVALID_UPDATE_VERSION", false, "Invalid update version"),
    (96, "FEATURE_UPDATE_FAILED", false, "Unable to update finalized features due to server error"),
    (97, "PRINCIPAL_DESERIALIZATION_FAILURE", false, "Request principal deserialization failed during forwarding"),
    (100, "UNKNOWN_TOPIC_ID", true, "Unknown topic id"),
    (110, "FENCED_MEMBER_EPOCH", false, "The member epoch is fenced by the group coordinator"),
    (111, "UNRELEASED_INSTANCE_ID", false, "The instance ID is still used by another member in the consumer group"),
    (112, "UNSUPPORTED_ASSIGNOR", false, "The assignor or its version range is not supported by the consumer group"),
    (113, "STALE_MEMBER_EPOCH", false, "The member epoch is stale"),
    (117, "UNKNOWN_SUBSCRIPTION_ID", false, "Client sent a push telemetry request with an invalid or outdated subscription ID"),
    (118, "TELEMETRY_TOO_LARGE", false, "Client sent a push telemetry request larger than the maximum size the broker will accept"),
    (129, "REBOOTSTRAP_REQUIRED", false, "Client metadata is stale, client should rebootstrap to obtain new metadata"),
];
