include(GNUInstallDirs)
install(TARGETS xs-router RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES xs-app.schema.json xs-app.json.example DESTINATION ${CMAKE_INSTALL_DATADIR}/xs-router)
