#include "CNeighbours.h"
