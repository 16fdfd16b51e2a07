//! Why ours differs.

pub(super) const MISTAKE: &str =
    "the client's mistake, answered by the JVM with 500 and the text of some Java exception";
pub(super) const PAGE: &str =
    "Jetty answers with a page of HTML or with nothing; ours says in JSON what is wrong";
pub(super) const UNKNOWN: &str = "the JVM stumbles over a connector that is not there";
pub(super) const ADDRESSED: &str = "names with slash, percent, backslash, dots alone or control characters can be made, so ours lets them be addressed, too";
pub(super) const PARAMETERS: &str = "a semicolon may be a part of a name, which Location shows as it is; Connect has no path parameters";
pub(super) const CREATION: &str = "ours says with the other errors what is wrong with topic.creation.*, and stores nothing; the JVM answers 500";
pub(super) const NOT_STORED: &str =
    "ours stores no configuration with which a connector cannot start";
pub(super) const ORDER: &str = "the JVM's order is that of a hash table";
pub(super) const UPLOADS: &str = "connector plugins are uploaded to and deleted from a running worker; the JVM takes files alone";
pub(super) const ACCIDENT: &str = "the JVM leaves a FAILED status for a task that never was";
pub(super) const ACCEPT: &str =
    "parameters of Accept are not looked at, since there is one representation";
pub(super) const UTF8: &str =
    "JSON is UTF-8 without a mark (RFC 8259), and no other text can be stored";
pub(super) const STDIN: &str =
    "a connector made over REST does not get the worker's standard input or output";
pub(super) const INTERNAL: &str =
    "workers talk to each other only when distributed; what they would sign is not looked at";
pub(super) const JAVA: &str = "there are no Java classes beside the plugins";
pub(super) const PREFIX: &str = "the JVM puts the name of a Java exception in front";
pub(super) const TRAILING: &str = "ours reads the dead letter queue's name only once it supports one, and then says what is wrong";
pub(super) const HTTP: &str = "the HTTP library answers what it cannot read with 400 and closes";
pub(super) const BRACES: &str = "the JVM takes braces in the name for a template of the Location, after it has made the connector";
pub(super) const GROUPS: &str =
    "the JVM forgets the groups of a converter whose version it cannot read";
pub(super) const LENGTH: &str = "ours bounds the whole body, the JVM each text in it";
pub(super) const BYTES: &str =
    "the JVM counts characters and skips bytes, which resumes at the wrong place";
