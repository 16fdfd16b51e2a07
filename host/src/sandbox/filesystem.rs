//! A filter around `wasi:filesystem`: a file grant is that one name in its folder.
//!
//! wasmtime-wasi confines every path to its preopened folder. This layer narrows a preopened
//! folder to the names that were granted: every other name is refused in every call, no symbolic
//! link is followed, names and folders cannot be made, moved or removed, and a name that is
//! granted for reading stays unwritable even where its neighbour may be written. It owns no file
//! access of its own: what is allowed goes to wasmtime-wasi's implementation unchanged.
//!
//! Invariant: a descriptor of a filtered folder is always in `views`, and nothing that a guest
//! opens through it is a folder, except the folder itself, which gets the same view.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, Filesize,
    Host, HostDescriptor, HostDirectoryEntryStream, MetadataHashValue, NewTimestamp, OpenFlags,
    PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult, ReaddirIterator};
use wasmtime_wasi::runtime::spawn_blocking;

use super::capability::NameView;
use super::disk::{CountedStream, DiskQuota, NEW_ENTRY_BYTES, QuotaExceeded};
use super::local_file::{self, is_local};

/// What the filter knows about the descriptors of one instance.
pub(super) struct FilterState {
    /// The view of each preopened folder, in the order of the preopens.
    mounts: Vec<Option<Arc<NameView>>>,
    /// Open descriptors of filtered folders.
    views: HashMap<u32, Arc<NameView>>,
    /// Open files that may not be written although their folder may.
    read_only: HashSet<u32>,
    /// Open listings of filtered folders.
    listings: HashMap<u32, Arc<NameView>>,
    /// Whether looking at an open file never waits; of files that were looked at.
    local: HashMap<u32, bool>,
    /// What the instance writes.
    quota: Arc<DiskQuota>,
}

impl FilterState {
    /// A filter for preopens with these views, in this order.
    pub(super) fn new(mounts: Vec<Option<Arc<NameView>>>, quota: DiskQuota) -> Self {
        Self {
            mounts,
            views: HashMap::new(),
            read_only: HashSet::new(),
            listings: HashMap::new(),
            local: HashMap::new(),
            quota: Arc::new(quota),
        }
    }
}

/// `wasi:filesystem` of one instance, narrowed.
pub(super) struct FilteredFilesystem<'a> {
    pub(super) inner: WasiFilesystemCtxView<'a>,
    pub(super) filter: &'a mut FilterState,
}

/// Names [`FilteredFilesystem`] for `add_to_linker`.
pub(super) struct HasFilteredFilesystem;

impl HasData for HasFilteredFilesystem {
    type Data<'a> = FilteredFilesystem<'a>;
}

fn refused<T>() -> FsResult<T> {
    Err(ErrorCode::NotPermitted.into())
}

impl FilteredFilesystem<'_> {
    /// Counts what is about to be written.
    fn take(&self, bytes: u64) -> FsResult<()> {
        let taken = self.filter.quota.take(bytes);
        taken.map_err(|_| ErrorCode::Quota.into())
    }

    /// The open file, if looking at it never waits.
    async fn local_file(
        &mut self,
        descriptor: &Resource<Descriptor>,
    ) -> FsResult<Option<Arc<std::fs::File>>> {
        let Descriptor::File(open) = self.inner.table.get(descriptor)? else {
            return Ok(None);
        };
        let file = Arc::clone(&open.file);
        let rep = descriptor.rep();
        let is_local = match self.filter.local.get(&rep) {
            Some(is_local) => *is_local,
            None => {
                let asked = Arc::clone(&file);
                let is_local = spawn_blocking(move || {
                    asked.metadata().is_ok_and(|found| found.is_file()) && is_local(&asked)
                });
                let is_local = is_local.await;
                self.filter.local.insert(rep, is_local);
                is_local
            }
        };
        Ok(is_local.then_some(file))
    }

    /// Counts a name that opening may make. Looked at only where it matters, since it costs a call.
    async fn take_if_new(
        &mut self,
        folder: &Resource<Descriptor>,
        path: &str,
        open: OpenFlags,
    ) -> FsResult<()> {
        if !open.contains(OpenFlags::CREATE) || !self.filter.quota.is_limited() {
            return Ok(());
        }
        let folder = Resource::new_borrow(folder.rep());
        let found = self.stat_at(folder, PathFlags::empty(), path.to_owned());
        match found.await {
            Ok(_) => Ok(()),
            Err(_) => self.take(NEW_ENTRY_BYTES),
        }
    }

    /// Puts the counting stream into the place of one that was just opened.
    fn counted(
        &mut self,
        stream: FsResult<Resource<DynOutputStream>>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let stream = stream?;
        let inner = self.inner.table.delete(stream)?;
        let counted = CountedStream::new(inner, Arc::clone(&self.filter.quota));
        let counted: DynOutputStream = Box::new(counted);
        Ok(self.inner.table.push(counted)?)
    }

    /// Whether a path of a folder may be used; `write` asks for the right to change it.
    fn check(&self, folder: &Resource<Descriptor>, path: &str, write: bool) -> FsResult<()> {
        let Some(view) = self.filter.views.get(&folder.rep()) else {
            return Ok(());
        };
        match view.access(path) {
            Some(writable) if writable || !write => Ok(()),
            _ => refused(),
        }
    }

    fn is_filtered(&self, descriptor: &Resource<Descriptor>) -> bool {
        self.filter.views.contains_key(&descriptor.rep())
    }

    /// Refuses what changes a filtered folder, or a file that was granted for reading.
    fn check_changeable(&self, descriptor: &Resource<Descriptor>) -> FsResult<()> {
        let rep = descriptor.rep();
        if self.filter.views.contains_key(&rep) || self.filter.read_only.contains(&rep) {
            return refused();
        }
        Ok(())
    }

    /// In a filtered folder a link is never followed, and where following was asked for, a link
    /// is an error.
    async fn refuse_link(
        &mut self,
        folder: &Resource<Descriptor>,
        flags: PathFlags,
        path: &str,
    ) -> FsResult<PathFlags> {
        if !self.is_filtered(folder) || !flags.contains(PathFlags::SYMLINK_FOLLOW) {
            return Ok(flags);
        }
        let borrowed = Resource::new_borrow(folder.rep());
        let stat = self
            .inner
            .stat_at(borrowed, PathFlags::empty(), path.to_owned())
            .await?;
        if stat.type_ == DescriptorType::SymbolicLink {
            return Err(ErrorCode::Loop.into());
        }
        Ok(PathFlags::empty())
    }

    async fn open_filtered(
        &mut self,
        folder: Resource<Descriptor>,
        path: String,
        open: OpenFlags,
        flags: DescriptorFlags,
        view: Arc<NameView>,
    ) -> FsResult<Resource<Descriptor>> {
        if NameView::is_folder_itself(&path) {
            let flags = flags & !(DescriptorFlags::WRITE | DescriptorFlags::MUTATE_DIRECTORY);
            let opened = self
                .inner
                .open_at(folder, PathFlags::empty(), path, open, flags)
                .await?;
            self.filter.views.insert(opened.rep(), view);
            return Ok(opened);
        }
        let Some(writable) = view.access(&path) else {
            return refused();
        };
        let changes = open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE)
            || flags.intersects(DescriptorFlags::WRITE | DescriptorFlags::MUTATE_DIRECTORY);
        if changes && !writable {
            return refused();
        }
        let opened = self
            .inner
            .open_at(folder, PathFlags::empty(), path, open, flags)
            .await?;
        let kind = self
            .inner
            .get_type(Resource::new_borrow(opened.rep()))
            .await;
        if !matches!(kind, Ok(kind) if kind != DescriptorType::Directory) {
            HostDescriptor::drop(&mut self.inner, opened).map_err(FsError::trap)?;
            return Err(ErrorCode::Access.into());
        }
        if !writable {
            self.filter.read_only.insert(opened.rep());
        }
        Ok(opened)
    }
}

impl preopens::Host for FilteredFilesystem<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let folders = preopens::Host::get_directories(&mut self.inner)?;
        for ((descriptor, _), view) in folders.iter().zip(&self.filter.mounts) {
            if let Some(view) = view {
                self.filter.views.insert(descriptor.rep(), Arc::clone(view));
            }
        }
        Ok(folders)
    }
}

impl Host for FilteredFilesystem<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        self.inner.convert_error_code(error)
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        let found = self.inner.table.get(&error)?;
        if found.is::<QuotaExceeded>() {
            return Ok(Some(ErrorCode::Quota));
        }
        self.inner.filesystem_error_code(error)
    }
}

impl HostDescriptor for FilteredFilesystem<'_> {
    // === Narrowed: calls that name a path or change something ===

    async fn open_at(
        &mut self,
        folder: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        self.take_if_new(&folder, &path, open).await?;
        match self.filter.views.get(&folder.rep()).cloned() {
            None => {
                self.inner
                    .open_at(folder, path_flags, path, open, flags)
                    .await
            }
            Some(view) => self.open_filtered(folder, path, open, flags, view).await,
        }
    }

    async fn stat_at(
        &mut self,
        folder: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        if !NameView::is_folder_itself(&path) {
            self.check(&folder, &path, false)?;
        }
        let flags = self.refuse_link(&folder, flags, &path).await?;
        self.inner.stat_at(folder, flags, path).await
    }

    async fn metadata_hash_at(
        &mut self,
        folder: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        if !NameView::is_folder_itself(&path) {
            self.check(&folder, &path, false)?;
        }
        let flags = self.refuse_link(&folder, flags, &path).await?;
        self.inner.metadata_hash_at(folder, flags, path).await
    }

    async fn set_times_at(
        &mut self,
        folder: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        self.check(&folder, &path, true)?;
        let flags = self.refuse_link(&folder, flags, &path).await?;
        self.inner
            .set_times_at(folder, flags, path, accessed, modified)
            .await
    }

    async fn set_times(
        &mut self,
        descriptor: Resource<Descriptor>,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        self.check_changeable(&descriptor)?;
        self.inner.set_times(descriptor, accessed, modified).await
    }

    async fn set_size(&mut self, descriptor: Resource<Descriptor>, size: Filesize) -> FsResult<()> {
        self.check_changeable(&descriptor)?;
        let now = self
            .inner
            .stat(Resource::new_borrow(descriptor.rep()))
            .await;
        let longer = size.saturating_sub(now.map_or(0, |found| found.size));
        self.take(longer)?;
        self.inner.set_size(descriptor, size).await
    }

    async fn write(
        &mut self,
        descriptor: Resource<Descriptor>,
        bytes: Vec<u8>,
        at: Filesize,
    ) -> FsResult<Filesize> {
        self.check_changeable(&descriptor)?;
        self.take(bytes.len() as u64)?;
        self.inner.write(descriptor, bytes, at).await
    }

    fn write_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
        at: Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        self.check_changeable(&descriptor)?;
        let stream = self.inner.write_via_stream(descriptor, at);
        self.counted(stream)
    }

    fn append_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        self.check_changeable(&descriptor)?;
        let stream = self.inner.append_via_stream(descriptor);
        self.counted(stream)
    }

    async fn create_directory_at(
        &mut self,
        folder: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        self.check_changeable(&folder)?;
        self.take(NEW_ENTRY_BYTES)?;
        self.inner.create_directory_at(folder, path).await
    }

    async fn remove_directory_at(
        &mut self,
        folder: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        self.check_changeable(&folder)?;
        self.inner.remove_directory_at(folder, path).await
    }

    async fn unlink_file_at(&mut self, folder: Resource<Descriptor>, path: String) -> FsResult<()> {
        self.check_changeable(&folder)?;
        self.inner.unlink_file_at(folder, path).await
    }

    async fn symlink_at(
        &mut self,
        folder: Resource<Descriptor>,
        target: String,
        path: String,
    ) -> FsResult<()> {
        self.check_changeable(&folder)?;
        self.take(NEW_ENTRY_BYTES)?;
        self.inner.symlink_at(folder, target, path).await
    }

    async fn readlink_at(
        &mut self,
        folder: Resource<Descriptor>,
        path: String,
    ) -> FsResult<String> {
        self.check_changeable(&folder)?;
        self.inner.readlink_at(folder, path).await
    }

    async fn link_at(
        &mut self,
        from: Resource<Descriptor>,
        flags: PathFlags,
        from_path: String,
        to: Resource<Descriptor>,
        to_path: String,
    ) -> FsResult<()> {
        self.check_changeable(&from)?;
        self.check_changeable(&to)?;
        self.take(NEW_ENTRY_BYTES)?;
        self.inner
            .link_at(from, flags, from_path, to, to_path)
            .await
    }

    async fn rename_at(
        &mut self,
        from: Resource<Descriptor>,
        from_path: String,
        to: Resource<Descriptor>,
        to_path: String,
    ) -> FsResult<()> {
        self.check_changeable(&from)?;
        self.check_changeable(&to)?;
        self.inner.rename_at(from, from_path, to, to_path).await
    }

    async fn read_directory(
        &mut self,
        folder: Resource<Descriptor>,
    ) -> FsResult<Resource<ReaddirIterator>> {
        let view = self.filter.views.get(&folder.rep()).cloned();
        let listing = self.inner.read_directory(folder).await?;
        if let Some(view) = view {
            self.filter.listings.insert(listing.rep(), view);
        }
        Ok(listing)
    }

    fn drop(&mut self, descriptor: Resource<Descriptor>) -> wasmtime::Result<()> {
        let rep = descriptor.rep();
        HostDescriptor::drop(&mut self.inner, descriptor)?;
        // The number is given to another descriptor next.
        self.filter.views.remove(&rep);
        self.filter.read_only.remove(&rep);
        self.filter.local.remove(&rep);
        Ok(())
    }

    // === Passed on: calls on an open descriptor that change nothing ===

    fn read_via_stream(
        &mut self,
        file: Resource<Descriptor>,
        at: Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        self.inner.read_via_stream(file, at)
    }

    async fn advise(
        &mut self,
        file: Resource<Descriptor>,
        at: Filesize,
        length: Filesize,
        advice: Advice,
    ) -> FsResult<()> {
        self.inner.advise(file, at, length, advice).await
    }

    async fn sync_data(&mut self, descriptor: Resource<Descriptor>) -> FsResult<()> {
        self.inner.sync_data(descriptor).await
    }

    async fn sync(&mut self, descriptor: Resource<Descriptor>) -> FsResult<()> {
        self.inner.sync(descriptor).await
    }

    async fn get_flags(&mut self, descriptor: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        self.inner.get_flags(descriptor).await
    }

    async fn get_type(&mut self, descriptor: Resource<Descriptor>) -> FsResult<DescriptorType> {
        self.inner.get_type(descriptor).await
    }

    async fn read(
        &mut self,
        file: Resource<Descriptor>,
        length: Filesize,
        at: Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        self.inner.read(file, length, at).await
    }

    async fn stat(&mut self, descriptor: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        match self.local_file(&descriptor).await? {
            Some(file) => Ok(local_file::stat(&file)?),
            None => self.inner.stat(descriptor).await,
        }
    }

    async fn is_same_object(
        &mut self,
        first: Resource<Descriptor>,
        second: Resource<Descriptor>,
    ) -> wasmtime::Result<bool> {
        self.inner.is_same_object(first, second).await
    }

    async fn metadata_hash(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> FsResult<MetadataHashValue> {
        self.inner.metadata_hash(descriptor).await
    }
}

impl HostDirectoryEntryStream for FilteredFilesystem<'_> {
    async fn read_directory_entry(
        &mut self,
        listing: Resource<ReaddirIterator>,
    ) -> FsResult<Option<DirectoryEntry>> {
        let view = self.filter.listings.get(&listing.rep()).cloned();
        loop {
            let again = Resource::new_borrow(listing.rep());
            let entry = self.inner.read_directory_entry(again).await;
            match (&view, entry) {
                // A neighbour's name that cannot be shown must not be told by its error either.
                (Some(_), Err(_)) => {}
                (Some(view), Ok(Some(entry))) if !view.shows(&entry.name) => {}
                (_, entry) => return entry,
            }
        }
    }

    fn drop(&mut self, listing: Resource<ReaddirIterator>) -> wasmtime::Result<()> {
        let rep = listing.rep();
        HostDirectoryEntryStream::drop(&mut self.inner, listing)?;
        self.filter.listings.remove(&rep);
        Ok(())
    }
}
