//! Tags, and the filters of every describe.

use super::shape::shapes;

shapes! {
    /// A tag.
    Tag {
        key: Option<String>,
        value: Option<String>,
    }

    /// Tags for what a request creates, by the kind of resource.
    TagSpecification {
        resource_type: Option<String>,
        tags as "Tag": Vec<Tag>,
    }

    /// A filter of a describe: any of the values, `*` and `?` being wildcards.
    Filter {
        name: Option<String>,
        values as "Value": Vec<String>,
    }

    /// Adds or replaces tags.
    CreateTags {
        dry_run: Option<bool>,
        resources as "ResourceId": Vec<String> [required],
        tags as "Tag": Vec<Tag> [required],
    }

    /// Reply to `CreateTags`.
    CreateTagsReply {}

    /// Removes tags: these, or all if none is named.
    DeleteTags {
        dry_run: Option<bool>,
        resources as "resourceId": Vec<String> [required],
        tags as "tag": Option<Vec<Tag>>,
    }

    /// Reply to `DeleteTags`.
    DeleteTagsReply {}

    /// Describes tags.
    DescribeTags {
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
        max_results: Option<i64>,
        next_token: Option<String>,
    }

    /// A tag with what carries it.
    TagDescription {
        key: Option<String>,
        resource_id: Option<String>,
        resource_type: Option<String>,
        value: Option<String>,
    }

    /// Reply to `DescribeTags`.
    DescribeTagsReply {
        next_token: Option<String>,
        tags as "tagSet": Vec<TagDescription>,
    }
}
