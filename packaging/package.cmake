# What `cmake --install` puts where, and the Debian package (cpack -G DEB, or the target package) of it.
include(GNUInstallDirs)

# Of the last tag "v1.2.3"; without one the project's, marked as before it: apt takes 0.2.0 for newer than 0.2.0~git428.
execute_process(COMMAND git describe --tags --match "v[0-9]*" WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git rev-list --count HEAD WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE commits OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git log -1 --format=%aD WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE XS_ROUTER_CHANGELOG_DATE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git log -1 --format=%as WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE manual_date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(described)
  string(REGEX REPLACE "^v" "" version "${described}")
  string(REPLACE "-" "+" version "${version}")
elseif(commits)
  set(version "${PROJECT_VERSION}~git${commits}")
else()
  set(version "${PROJECT_VERSION}")
endif()
if(NOT XS_ROUTER_CHANGELOG_DATE)  # built from an archive
  string(TIMESTAMP XS_ROUTER_CHANGELOG_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
  string(TIMESTAMP manual_date "%Y-%m-%d" UTC)
endif()

set(CPACK_PACKAGE_NAME xs-router)
set(CPACK_PACKAGE_VERSION ${version})
set(CPACK_PACKAGE_CONTACT "xs-router authors <xs-router@example.org>")
set(CPACK_PACKAGE_VENDOR "xs-router authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "front door of a business application, and its way out")
set(CPACK_PACKAGE_DESCRIPTION "A reverse proxy that signs users in with OpenID Connect, routes their
requests by xs-app.json, and, when they leave, ends the session in the router,
at the identity provider and in every back-end.")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_VERSION ${version})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers (>= 1.54~)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(scripts ${CMAKE_CURRENT_LIST_DIR}/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${scripts}/postinst;${scripts}/prerm;${scripts}/postrm;${CMAKE_BINARY_DIR}/packaging/conffiles")

# Made of what was built.
set(made ${CMAKE_BINARY_DIR}/packaging)
configure_file(${scripts}/changelog.in ${made}/changelog @ONLY)
set(manuals xs-router.1 xs-app.json.5)
add_custom_command(OUTPUT ${made}/documents.stamp
  COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/documents.py $<TARGET_FILE:xs-router> ${made} ${manual_date}
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${made}/etc
  COMMAND $<TARGET_FILE:xs-router> init ${made}/etc
  COMMAND sh -c "find etc -type f | sed 's,^etc,/etc/xs-router,' | sort >conffiles && echo /etc/xs-router/environment >>conffiles"
  COMMAND gzip -9nkf ${manuals} changelog
  COMMAND sh -c "gzip -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md >CHANGELOG.md.gz"
  COMMAND ${CMAKE_COMMAND} -E touch ${made}/documents.stamp
  DEPENDS xs-router ${CMAKE_CURRENT_LIST_DIR}/documents.py ${CMAKE_SOURCE_DIR}/xs-app.schema.json
    ${CMAKE_SOURCE_DIR}/scripts/reference ${CMAKE_SOURCE_DIR}/scripts/descriptions.py ${CMAKE_SOURCE_DIR}/docs/compatibility.md
    ${CMAKE_SOURCE_DIR}/CHANGELOG.md ${made}/changelog
  WORKING_DIRECTORY ${made}
  COMMENT "Manual pages, shell completion, first directory"
  VERBATIM)
add_custom_target(packaging ALL DEPENDS ${made}/documents.stamp)

install(TARGETS xs-router RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES xs-app.schema.json xs-app.json.example DESTINATION ${CMAKE_INSTALL_DATADIR}/xs-router)
install(FILES ${scripts}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME xs-router)
install(FILES ${made}/xs-router.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/xs-app.json.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${made}/xs-router.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME xs-router)
install(FILES ${made}/_xs-router DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${made}/xs-router.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${made}/changelog.gz ${made}/CHANGELOG.md.gz ${scripts}/copyright
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/xs-router)
# Beside /usr, not in it: with the prefix /usr, or one that ends so, as that of a package which is being made.
install(CODE "set(made \"${made}\")\nset(systemd \"${CMAKE_CURRENT_LIST_DIR}/systemd\")")
install(CODE [[
  string(REGEX REPLACE "/usr/?$" "" top "${CMAKE_INSTALL_PREFIX}")
  file(INSTALL "${systemd}/xs-router.service" "${systemd}/xs-router.socket" DESTINATION "${top}/lib/systemd/system")
  file(INSTALL "${made}/etc/" DESTINATION "${top}/etc/xs-router")
  file(INSTALL "${systemd}/environment" DESTINATION "${top}/etc/xs-router" FILE_PERMISSIONS OWNER_READ OWNER_WRITE)
]])
include(CPack)
