//! Managed prefix lists.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// An entry to add.
    AddPrefixListEntry {
        cidr: Option<String> [required],
        description: Option<String>,
    }

    /// Creates a prefix list.
    CreateManagedPrefixList {
        dry_run: Option<bool>,
        prefix_list_name: Option<String> [required],
        entries as "Entry": Vec<AddPrefixListEntry>,
        max_entries: Option<i64> [required],
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        address_family: Option<String> [required],
        client_token: Option<String>,
    }

    /// A prefix list without its entries.
    ManagedPrefixList {
        prefix_list_id: Option<String>,
        address_family: Option<String>,
        state: Option<String>,
        state_message: Option<String>,
        prefix_list_arn: Option<String>,
        prefix_list_name: Option<String>,
        max_entries: Option<i64>,
        version: Option<i64>,
        tags as "tagSet": Option<Vec<Tag>>,
        owner_id: Option<String>,
    }

    /// Reply to `CreateManagedPrefixList`.
    CreateManagedPrefixListReply {
        prefix_list: Option<ManagedPrefixList>,
    }

    /// An entry to remove.
    RemovePrefixListEntry {
        cidr: Option<String> [required],
    }

    /// Changes the entries, the name or the size of a prefix list.
    ModifyManagedPrefixList {
        dry_run: Option<bool>,
        prefix_list_id: Option<String> [required],
        current_version: Option<i64>,
        prefix_list_name: Option<String>,
        add_entries as "AddEntry": Vec<AddPrefixListEntry>,
        remove_entries as "RemoveEntry": Vec<RemovePrefixListEntry>,
        max_entries: Option<i64>,
    }

    /// Reply to `ModifyManagedPrefixList`.
    ModifyManagedPrefixListReply {
        prefix_list: Option<ManagedPrefixList>,
    }

    /// Deletes a prefix list.
    DeleteManagedPrefixList {
        dry_run: Option<bool>,
        prefix_list_id: Option<String> [required],
    }

    /// Reply to `DeleteManagedPrefixList`.
    DeleteManagedPrefixListReply {
        prefix_list: Option<ManagedPrefixList>,
    }

    /// Describes prefix lists.
    DescribeManagedPrefixLists {
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
        max_results: Option<i64>,
        next_token: Option<String>,
        prefix_list_ids as "PrefixListId": Vec<String>,
    }

    /// Reply to `DescribeManagedPrefixLists`.
    DescribeManagedPrefixListsReply {
        next_token: Option<String>,
        prefix_lists as "prefixListSet": Vec<ManagedPrefixList>,
    }

    /// Entries of a version of a prefix list.
    GetManagedPrefixListEntries {
        dry_run: Option<bool>,
        prefix_list_id: Option<String> [required],
        target_version: Option<i64>,
        max_results: Option<i64>,
        next_token: Option<String>,
    }

    /// An entry of a prefix list.
    PrefixListEntry {
        cidr: Option<String>,
        description: Option<String>,
    }

    /// Reply to `GetManagedPrefixListEntries`.
    GetManagedPrefixListEntriesReply {
        entries as "entrySet": Vec<PrefixListEntry>,
        next_token: Option<String>,
    }

    /// What refers to a prefix list.
    GetManagedPrefixListAssociations {
        dry_run: Option<bool>,
        prefix_list_id: Option<String> [required],
        max_results: Option<i64>,
        next_token: Option<String>,
    }

    /// What refers to a prefix list.
    PrefixListAssociation {
        resource_id: Option<String>,
        resource_owner: Option<String>,
    }

    /// Reply to `GetManagedPrefixListAssociations`.
    GetManagedPrefixListAssociationsReply {
        prefix_list_associations as "prefixListAssociationSet": Vec<PrefixListAssociation>,
        next_token: Option<String>,
    }

    /// Makes an older version of a prefix list the newest.
    RestoreManagedPrefixListVersion {
        dry_run: Option<bool>,
        prefix_list_id: Option<String> [required],
        previous_version: Option<i64> [required],
        current_version: Option<i64> [required],
    }

    /// Reply to `RestoreManagedPrefixListVersion`.
    RestoreManagedPrefixListVersionReply {
        prefix_list: Option<ManagedPrefixList>,
    }

    /// Describes prefix lists with their blocks.
    DescribePrefixLists {
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
        max_results: Option<i64>,
        next_token: Option<String>,
        prefix_list_ids as "PrefixListId": Vec<String>,
    }

    /// A prefix list as the older describe shows it.
    PrefixList {
        cidrs as "cidrSet": Vec<String>,
        prefix_list_id: Option<String>,
        prefix_list_name: Option<String>,
    }

    /// Reply to `DescribePrefixLists`.
    DescribePrefixListsReply {
        next_token: Option<String>,
        prefix_lists as "prefixListSet": Vec<PrefixList>,
    }
}
