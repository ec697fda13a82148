/* activity.c */
#include "objects/activity.h"

volatile uint8_t current_activity;
