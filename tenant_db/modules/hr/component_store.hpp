// A tenant's salary components as the table `salary_component` holds them: one a row, the
// definition as components_to_json() writes it, active ones in the order of `position`. A tenant
// that never touched the table works with the module's default components. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/modules/hr/salary_component.hpp"

namespace bgerp::hr {

/// The components that payroll computes with. invalid_argument, with the path, when what stands in
/// the table isn't a list of components.
[[nodiscard]] Result<SalaryComponents> load_components(mysql::Session& session);

/// Writes the default components to an empty table, for the tenant to edit. Does nothing otherwise.
void seed_components(mysql::Session& session);

} // namespace bgerp::hr
