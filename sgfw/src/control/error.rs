//! Why a change did not happen, or did not reach the kernel.

use crate::compile::CompileError;
use crate::inventory::RowsError;
use crate::kernel::KernelError;
use crate::plan::PlanError;
use crate::service::Fault;
use crate::store::StoreError;
use thiserror::Error;

/// Why not.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The service refuses; nothing has changed.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The store cannot be read or written; nothing has changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store holds what this sgfw cannot read; nothing has changed.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The policy is too large for the kernel's maps; nothing has changed.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// There is no way from what is in force to what is wanted; nothing has changed.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The kernel cannot be read or asked; nothing has changed.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// Files cannot be adopted; nothing has changed.
    #[error(transparent)]
    Declared(#[from] crate::declare::Refused),
    /// Tests of the policy fail, each with an example; nothing has changed.
    #[error("{} of the policy's tests failed:\n{}", .0.len(), .0.join("\n"))]
    Tests(Vec<String>),
    /// The change is stored and the kernel still holds the policy before.
    #[error("stored as revision {revision}, and not in force: {error}")]
    NotEnforced {
        /// The revision that is waiting.
        revision: u64,
        /// What the kernel said.
        error: KernelError,
    },
}

impl ControlError {
    /// Whether this process may not do it, and nothing has changed. Another one may.
    pub fn is_privilege(&self) -> bool {
        match self {
            Self::Store(error) => error.is_privilege(),
            Self::Kernel(error) => error.is_privilege(),
            _ => false,
        }
    }

    /// Whether somebody else is at it, and nothing has changed: the same may work a moment later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Store(StoreError::Locked { .. } | StoreError::Conflict { .. }))
    }
}
